import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useState, useCallback } from "react";
import { Failure } from "@/service/Failure";
import { problemOf } from "@/service/problem";
import { useWatching } from "@/service/questions";
import { DataTable } from "@/shared/DataTable";
import { Empty, Skeleton } from "@/shared/Empty";
import { fixed, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { QUICK } from "./address";
import { COLUMNS } from "./columns";
import { Export } from "./Export";
import { Fallen } from "./Fallen";
import { Funnel, type Step } from "./Funnel";
import { Question } from "./Question";
import type { Line } from "./rows";
import { useScan } from "./useScan";
import { Why } from "./Why";

const route = getRouteApi("/frame/scan");
const lineId = (line: Line) => line.id;

/** Ask a scanner, see its rows at once and each one deepen; ask every row, and everybody who fell, why. */
export function Scan() {
  const asked = route.useSearch();
  const go = useNavigate();
  const found = useScan(asked);
  const { watch } = useWatching();
  const [step, look] = useState<Step | null>(null);
  const [selected, choose] = useState<string | null>(null);
  const show = useCallback(
    (symbol: string | undefined) => void go({ to: "/scan", search: (before) => ({ ...before, symbol }), replace: true }),
    [go],
  );
  const select = useCallback(
    (line: Line) => {
      choose(line.id);
      look(null);
      show(line.symbol);
    },
    [show],
  );
  const open = useCallback((line: Line) => void go({ to: "/symbol/$", params: { _splat: line.symbol } }), [go]);
  const close = () => {
    look(null);
    choose(null);
    show(undefined);
  };
  const { scan, lines, progress } = found;
  const isAsked = asked.scanner !== undefined;
  const sorting = asked.sort ? [{ id: asked.sort.replace(/^-/, ""), desc: asked.sort.startsWith("-") }] : [];
  const hasPanel = isAsked && (step !== null || asked.symbol !== undefined);
  return (
    <div
      className={`scan ${hasPanel ? "with-panel" : ""}`}
      onKeyDown={(event) => {
        if (event.key === "Escape" && hasPanel) close();
        if (event.key === "w" && asked.symbol && (event.target as HTMLElement).closest(".table")) watch.mutate([asked.symbol]);
      }}
    >
      <h1 className="hidden">Scan</h1>
      <Question key={asked.scanner} asked={asked} isScanning={found.isScanning} again={found.again} />
      <section className="answer" aria-label="Results">
        {isAsked && (
          <>
            <div className="said" aria-live="polite">
              {scan && (
                <>
                  <b>{fixed(lines.length, 0)}</b> {lines.length === 1 ? "row" : "rows"} of {words(scan.scanner_type)} · as of {scan.as_of} ·{" "}
                  {fixed(scan.elapsed_ms, 0)} ms · <span className="quiet ellipsis">data {scan.data_version}</span> <Labels labels={scan.labels} />
                </>
              )}
              {!scan && found.quick && (
                <>
                  <b>{fixed(found.quick.count, 0)}</b> symbols looked at
                  {found.quick.missing.length > 0 && <> · {found.quick.missing.length} not stored</>}{" "}
                  <Labels labels={[...new Set(found.quick.signals[0]?.labels ?? [])]} />
                </>
              )}
              {progress && progress.done < progress.all && (
                <span className="quiet">
                  {progress.done} of {progress.all} analysed
                </span>
              )}
              {found.deepError !== null && <span className="label">not analysed deeply: {problemOf(found.deepError).title.toLowerCase()}</span>}
              <span className="room" />
              {scan && lines.length > 0 && <Export scan={scan.scan_id} />}
            </div>
            {scan && <Funnel scan={scan} step={step} look={look} />}
            {scan?.notes.map((note) => (
              <p key={note} className="note">
                {note}
              </p>
            ))}
            <Progress done={progress?.done ?? 0} all={progress?.all ?? 0} />
          </>
        )}
        <div className="rows">
          {!isAsked ? (
            <Empty title="Pick a scanner, then Scan">
              Its rows appear here at once, and each one deepens as it is analysed. The funnel above them says what became of
              every other symbol.
            </Empty>
          ) : found.error ? (
            <Failure error={found.error} again={found.again} />
          ) : !scan && !found.quick ? (
            <Skeleton rows={12} />
          ) : (
            <DataTable
              label="Rows of the scan"
              rows={lines}
              columns={COLUMNS}
              id={lineId}
              sorting={sorting}
              onSort={([first]) =>
                void go({
                  to: "/scan",
                  search: (before) => ({ ...before, sort: first && `${first.desc ? "-" : ""}${first.id}` }),
                  replace: true,
                })
              }
              selected={selected ?? lines.find((line) => line.symbol === asked.symbol)?.id}
              onSelect={select}
              onOpen={open}
              empty={
                <Empty title="Nothing passed every step">
                  Click a step of the funnel to see who fell there and by how little; a lower threshold above lets them in.
                </Empty>
              }
            />
          )}
        </div>
      </section>
      {hasPanel && (
        <aside className="panel" aria-label={step ? "Who fell" : "Why"}>
          <button type="button" className="plain close" aria-label="Close" onClick={close}>
            ✕
          </button>
          {step && scan ? (
            <Fallen scan={scan.scan_id} step={step} show={(symbol) => {
                look(null);
                show(symbol);
              }} />
          ) : (
            asked.symbol && (
              <Why
                symbol={asked.symbol}
                scanner={asked.scanner === QUICK ? undefined : asked.scanner}
                timeframe={asked.timeframe}
                date={scan?.as_of}
                set={asked.set}
                another={show}
              />
            )
          )}
        </aside>
      )}
    </div>
  );
}

/** A thin line below the header. */
function Progress({ done, all }: { done: number; all: number }) {
  const isOn = all > 0 && done < all;
  return (
    <progress className={`thin ${isOn ? "" : "over"}`} value={done} max={all || 1} aria-label="Analysed" aria-hidden={!isOn} />
  );
}
