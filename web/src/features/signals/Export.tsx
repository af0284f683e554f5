import { useEffect, useRef, useState } from "react";
import { problemOf } from "@/service/problem";
import { csvOf } from "@/service/signalFile";
import { saveFile } from "@/shared/file";
import { fixed } from "@/shared/format";
import { useRowKeys } from "@/shared/useRowKeys";
import type { Filter } from "./address";
import { everySignal, json } from "./exporting";

const FORMATS = { csv: { type: "text/csv", write: csvOf }, json: { type: "application/json", write: json } } as const;

/** Every signal of the filter as a file, however many pages that is; it says how far it is and can be stopped. */
export function Export({ filter }: { filter: Filter }) {
  const [count, tell] = useState<number | null>(null);
  const [refused, refuse] = useState("");
  const going = useRef<AbortController | null>(null);
  useEffect(() => () => going.current?.abort(), []);

  async function start(format: keyof typeof FORMATS): Promise<void> {
    const mine = new AbortController();
    going.current = mine;
    refuse("");
    tell(0);
    try {
      const every = await everySignal(filter, mine.signal, tell);
      saveFile(new Blob([FORMATS[format].write(every)], { type: FORMATS[format].type }), `signals.${format}`);
    } catch (error) {
      if (!mine.signal.aborted) refuse(problemOf(error).detail);
    } finally {
      tell(null);
    }
  }

  useRowKeys(count === null ? { x: () => void start("csv") } : {});
  if (count !== null)
    return (
      <span className="export" role="status">
        <span className="quiet">{fixed(count, 0)} read</span>
        <button type="button" className="plain" onClick={() => going.current?.abort()}>
          stop
        </button>
      </span>
    );
  return (
    <span className="export">
      {refused && <span className="refusal">{refused}</span>}
      <span className="quiet">export</span>
      {(["csv", "json"] as const).map((format) => (
        <button key={format} type="button" className="plain" title={format === "csv" ? "x" : undefined} onClick={() => void start(format)}>
          {format}
        </button>
      ))}
    </span>
  );
}
