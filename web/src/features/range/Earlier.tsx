import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { ListedScan } from "@/client";
import { Failure } from "@/service/Failure";
import { problemOf } from "@/service/problem";
import { DataTable, type Column } from "@/shared/DataTable";
import { Empty, Skeleton } from "@/shared/Empty";
import { day, fixed, moment, span, words } from "@/shared/format";
import { isGoingOn, isPartial, removals, scanList, useCancel, useRemovals } from "./scans";

const idOf = (scan: ListedScan) => scan.scan_id;
const nameOf = (scan: ListedScan) => `${words(scan.scanner_type)}, ${day(scan.start_date)} to ${day(scan.end_date)}`;
const NEWEST_FIRST = [{ id: "created", desc: true }];

/** The scans there are, newest first: opened, cancelled, deleted, with some seconds to undo that. */
export function Earlier() {
  const { data, error, refetch } = useQuery(scanList);
  const { waiting, hidden, trouble } = useRemovals();
  const [selected, select] = useState<string | null>(null);
  const [sorting, sort] = useState(NEWEST_FIRST);
  const cancel = useCancel();
  const go = useNavigate();
  const open = useCallback((scan: ListedScan) => void go({ to: "/range/$scanId", params: { scanId: scan.scan_id } }), [go]);
  const scans = useMemo(() => data?.items.filter(({ scan_id: id }) => !hidden.has(id)) ?? [], [data, hidden]);
  const { mutate } = cancel;
  const columns = useMemo(() => columnsOf(mutate), [mutate]);
  return (
    <section className="earlier" aria-labelledby="earlier">
      <header>
        <h2 id="earlier">Range scans so far</h2>
        {error && data && <span className="label">not reached: this is how they stood before</span>}
        {data?.next_cursor && <span className="quiet">the newest {data.items.length}</span>}
        {waiting && (
          <span className="undo" role="status">
            {waiting.name} is deleted.{" "}
            <Button size="compact-xs" variant="default" onClick={() => removals.undo()}>
              Undo
            </Button>
          </span>
        )}
        {trouble && (
          <span className="refusal" role="alert">
            {trouble.removal.name} is still there: {problemOf(trouble.error).detail}
          </span>
        )}
        {cancel.error && (
          <span className="refusal" role="alert">
            {problemOf(cancel.error).detail}
          </span>
        )}
      </header>
      {error && !data ? (
        <Failure error={error} again={() => void refetch()} />
      ) : !data ? (
        <Skeleton rows={6} />
      ) : (
        <DataTable
          label="Range scans"
          rows={scans}
          columns={columns}
          id={idOf}
          sorting={sorting}
          onSort={sort}
          selected={selected}
          onSelect={(scan) => select(scan.scan_id)}
          onOpen={open}
          empty={
            <Empty title="No range scan yet">
              Choose a scanner and a range above, then scan: every day of it is looked at, and the hits stay here with what
              became of them.
            </Empty>
          }
        />
      )}
    </section>
  );
}

function columnsOf(cancel: (id: string) => void): Column<ListedScan>[] {
  return [
    {
      id: "scanner",
      title: "scanner",
      width: 150,
      value: (scan) => scan.scanner_type,
      cell: (scan) => (
        <Link to="/range/$scanId" params={{ scanId: scan.scan_id }}>
          <b>{words(scan.scanner_type)}</b>
        </Link>
      ),
    },
    { id: "from", title: "from", width: 92, value: (scan) => scan.start_date, cell: (scan) => day(scan.start_date) },
    { id: "to", title: "to", width: 92, value: (scan) => scan.end_date, cell: (scan) => day(scan.end_date) },
    { id: "state", title: "state", width: 168, value: (scan) => scan.status, cell: (scan) => <State scan={scan} /> },
    number("rows", "rows", 72, (scan) => scan.results_found, (scan) => fixed(scan.results_found, 0)),
    number("symbols", "symbols", 80, (scan) => scan.total_tickers, (scan) => fixed(scan.total_tickers, 0)),
    number("took", "took", 72, (scan) => scan.execution_time ?? undefined, took),
    { id: "created", title: "asked", width: 128, value: (scan) => scan.created_at, cell: (scan) => `${moment(scan.created_at)} ET` },
    { id: "action", title: "action", width: 76, value: () => undefined, cell: (scan) => <Act scan={scan} cancel={cancel} /> },
  ];
}

const number = (
  id: string,
  title: string,
  width: number,
  value: (scan: ListedScan) => number | undefined,
  cell: (scan: ListedScan) => string,
): Column<ListedScan> => ({ id, title, width, isNumber: true, value, cell });

function took({ execution_time: seconds }: ListedScan): string {
  if (seconds === null) return "";
  return seconds < 10 ? `${fixed(seconds, 1)} s` : span(seconds);
}

function State({ scan }: { scan: ListedScan }) {
  if (scan.status === "running")
    return (
      <span className="bar">
        <progress max={100} value={scan.progress_percent} aria-label={`Progress of ${nameOf(scan)}`} /> {fixed(scan.progress_percent, 0)} %
      </span>
    );
  return (
    <>
      <span className={`status of-${scan.status}`} title={scan.message}>
        {scan.status}
      </span>
      {!isGoingOn(scan.status) && isPartial(scan.status) && scan.results_found > 0 && <span className="label">PARTIAL</span>}
    </>
  );
}

function Act({ scan, cancel }: { scan: ListedScan; cancel: (id: string) => void }) {
  const isOver = !isGoingOn(scan.status);
  return (
    <button
      type="button"
      className="plain quiet"
      aria-label={`${isOver ? "Delete" : "Cancel"} ${nameOf(scan)}`}
      onClick={(event) => {
        event.stopPropagation();
        if (isOver) removals.begin({ id: scan.scan_id, name: nameOf(scan) });
        else cancel(scan.scan_id);
      }}
    >
      {isOver ? "delete" : "cancel"}
    </button>
  );
}
