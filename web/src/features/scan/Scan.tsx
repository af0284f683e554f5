import { Button } from "@mantine/core";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import { Failure } from "@/service/Failure";
import { QUICK } from "@/service/question";
import { useRowActs } from "@/service/useRowActs";
import { DataTable } from "@/shared/DataTable";
import { Empty, Skeleton } from "@/shared/Empty";
import { useEscape } from "@/shared/escape";
import { Telling, useTold } from "@/shared/Told";
import { Answer, Progress } from "./Answer";
import { ColumnChooser } from "./ColumnChooser";
import { exportSeen } from "./Export";
import { Fallen } from "./Fallen";
import { Filter } from "./Filter";
import type { Step } from "./Funnel";
import { Question } from "./Question";
import { refusedOf } from "./refused";
import type { Line } from "./rows";
import { useScan } from "./useScan";
import { useView } from "./useView";
import { passing, sortingOf, sortText } from "./view";
import { Views } from "./Views";
import { Why } from "./Why";

import "./scan.css";

const route = getRouteApi("/frame/scan");
const lineId = (line: Line) => line.id;

/** Ask a scanner, see its rows at once and each one deepen; ask every row, and everybody who fell, why. */
export function Scan() {
  const asked = route.useSearch();
  const go = useNavigate();
  const found = useScan(asked);
  const { told, tell, forget } = useTold();
  const { view, id, every, columns, change, choose } = useView(asked, found.scan?.results);
  const { scan, lines } = found;
  const seen = useMemo(() => passing(lines, every, view), [lines, every, view]);
  const sorting = useMemo(() => sortingOf(view.sort), [view.sort]);
  const [step, look] = useState<Step | null>(null);
  const [selected, select] = useState<string | null>(null);
  const show = useCallback(
    (symbol: string | undefined) => {
      look(null);
      void go({ to: "/scan", search: (before) => ({ ...before, symbol }), replace: true });
    },
    [go],
  );
  const pick = useCallback(
    (line: Line) => {
      select(line.id);
      show(line.symbol);
    },
    [show],
  );
  const open = useCallback((line: Line) => void go({ to: "/symbol/$", params: { _splat: line.symbol } }), [go]);
  const close = () => {
    select(null);
    show(undefined);
  };
  const write = () => exportSeen(scan?.scan_id ?? found.quick?.scanId ?? "scan", columns, seen);
  const refused = useMemo(() => refusedOf(found.error), [found.error]);
  const isAsked = asked.scanner !== undefined;
  const hasFailed = found.error !== null && !scan && !found.quick;
  const hasPanel = isAsked && (step !== null || asked.symbol !== undefined);
  const line = lines.find((one) => one.id === selected && one.symbol === asked.symbol) ?? lines.find((one) => one.symbol === asked.symbol);
  useEscape(hasPanel, close);
  const { watch, alert } = useRowActs(tell, { symbol: asked.symbol, write: lines.length > 0 ? write : undefined });
  return (
    <div className={`scan ${hasPanel ? "with-panel" : ""}`}>
      <h1 className="hidden">Scan</h1>
      <Question asked={asked} isScanning={found.isScanning} refused={refused} again={found.again} tell={tell} />
      <section className="answer" aria-label="Results">
        {isAsked && found.error !== null && <Failure error={found.error} again={found.again} />}
        {isAsked && !hasFailed && (
          <>
            <Answer asked={asked} found={found} step={step} look={look} ask={show} exportSeen={write} tell={tell} />
            {lines.length > 0 && (
              <div className="looked">
                <Filter view={view} columns={every} count={{ passing: seen.length, all: lines.length }} change={change} />
                <span className="room" />
                <Views view={view} chosen={id} choose={choose} tell={tell} />
                <ColumnChooser every={every} shown={columns.map((column) => column.id)} choose={(names) => change({ columns: names ?? undefined })} />
              </div>
            )}
            <Progress progress={found.progress} />
          </>
        )}
        <div className="rows">
          {!isAsked ? (
            <Empty
              title="Pick a scanner, then Scan"
              action={
                <Button size="xs" variant="default" onClick={() => void go({ to: "/scan", search: { scanner: QUICK } })}>
                  Look at every symbol now
                </Button>
              }
            >
              Its rows appear here at once, and each one deepens as it is analysed. The funnel above them says what became of every other symbol.
            </Empty>
          ) : hasFailed ? null : !scan && !found.quick ? (
            <Skeleton rows={12} />
          ) : (
            <DataTable
              label="Rows of the scan"
              rows={seen}
              columns={columns}
              id={lineId}
              sorting={sorting}
              onSort={(next) => change({ sort: sortText(next) })}
              selected={line?.id}
              onSelect={pick}
              onOpen={open}
              empty={lines.length > 0 ? <Empty title="No row passes the filter">Take a part of it away above: {lines.length} rows are there.</Empty> : <Nothing />}
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
            <Fallen scan={scan.scan_id} step={step} show={show} />
          ) : (
            asked.symbol && (
              <Why symbol={asked.symbol} asked={asked} date={scan?.as_of} hit={line?.hit} isOfNow={found.deepens} watch={watch} alert={alert} />
            )
          )}
        </aside>
      )}
      <Telling told={told} forget={forget} />
    </div>
  );
}

function Nothing() {
  return <Empty title="Nothing passed every step">Click a step of the funnel to see who fell there and by how little; a lower threshold above lets them in.</Empty>;
}
