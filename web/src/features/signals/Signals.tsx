import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import type { ShownSignal } from "@/client";
import { Failure } from "@/service/Failure";
import { signals } from "@/service/questions";
import { DataTable, type Column } from "@/shared/DataTable";
import { Empty, Skeleton } from "@/shared/Empty";
import { clock, day, price, side, signed, words } from "@/shared/format";
import { Bar, Labels, Side } from "@/shared/marks";

const STATUSES = ["active", "triggered", "closed", "expired", "cancelled"] as const;
type Status = (typeof STATUSES)[number];

const priced = (id: "entry" | "stop" | "target1", title: string): Column<ShownSignal> => ({
  id,
  title,
  width: 82,
  isNumber: true,
  value: (row) => row[id] ?? undefined,
  cell: (row) => price(row[id]),
});

const COLUMNS: Column<ShownSignal>[] = [
  { id: "time", title: "time", width: 110, value: (row) => row.available_at, cell: (row) => `${day(row.available_at)} ${clock(row.available_at)}` },
  { id: "symbol", title: "symbol", width: 90, value: (row) => row.symbol, cell: (row) => <b>{row.symbol}</b> },
  { id: "side", title: "side", width: 60, value: (row) => row.direction, cell: (row) => <Side direction={row.direction} /> },
  { id: "pattern", title: "pattern", width: 150, value: (row) => row.pattern, cell: (row) => words(row.pattern) },
  priced("entry", "entry"),
  priced("stop", "stop"),
  priced("target1", "target"),
  { id: "confidence", title: "confidence", width: 92, isNumber: true, value: (row) => row.confidence ?? undefined, cell: (row) => <Bar value={row.confidence} side={side(row.direction)} /> },
  { id: "status", title: "status", width: 84, value: (row) => row.status, cell: (row) => row.status },
  { id: "outcome", title: "outcome", width: 84, value: (row) => row.outcome, cell: (row) => words(row.outcome) },
  { id: "r", title: "R", about: "hypothetical, at the prices of bars", width: 52, isNumber: true, value: (row) => row.r ?? undefined, cell: (row) => signed(row.r, 1) },
  { id: "labels", title: "data", width: 110, value: (row) => row.labels.join(), cell: (row) => <Labels labels={row.labels} /> },
];
const idOf = (row: ShownSignal) => row.id;

/** What the scanner found for you, and what became of it. */
export function Signals() {
  const [status, only] = useState<Status | undefined>();
  const [selected, select] = useState<string | null>(null);
  const { data, error, refetch } = useQuery(signals({ status }));
  const go = useNavigate();
  const open = useCallback((row: ShownSignal) => void go({ to: "/symbol/$", params: { _splat: row.symbol } }), [go]);
  return (
    <div className="listed">
      <header>
        <h1>Signals</h1>
        <div role="group" aria-label="Status">
          {[undefined, ...STATUSES].map((one) => (
            <button key={one ?? "all"} type="button" className={`plain ${one === status ? "on" : ""}`} aria-pressed={one === status} onClick={() => only(one)}>
              {one ?? "all"}
            </button>
          ))}
        </div>
      </header>
      {error && !data ? (
        <Failure error={error} again={() => void refetch()} />
      ) : !data ? (
        <Skeleton rows={12} />
      ) : (
        <DataTable
          label="Signals"
          rows={data.items}
          columns={COLUMNS}
          id={idOf}
          selected={selected}
          onSelect={(row) => select(row.id)}
          onOpen={open}
          empty={
            <Empty title={status ? `No ${status} signals` : "No signals yet"}>
              The live scanner writes one for every hit that fits your account, and follows it to its stop or target.
            </Empty>
          }
        />
      )}
    </div>
  );
}
