import { useState } from "react";
import { exportScan, FORMATS, type Format } from "@/service/exports";
import { problemOf } from "@/service/problem";
import { useRowKeys } from "@/shared/useRowKeys";

/** The rows as a file that the service writes; `name` is what it is called. */
export function Export({ scan, name }: { scan: string; name: string }) {
  const [refused, say] = useState("");
  async function save(format: Format): Promise<void> {
    try {
      await exportScan(scan, format, name);
      say("");
    } catch (error) {
      say(problemOf(error).detail);
    }
  }
  useRowKeys({ x: () => void save("csv") });
  return (
    <span className="export">
      {refused && (
        <span className="refusal" role="alert">
          {refused}
        </span>
      )}
      <span className="quiet">export</span>
      {FORMATS.map((format) => (
        <button key={format} type="button" className="plain" title={format === "csv" ? "x" : undefined} onClick={() => void save(format)}>
          {format}
        </button>
      ))}
    </span>
  );
}
