import type { ReactNode } from "react";
import type { ShownSignal } from "@/client";
import { clock, day, price, side, signed, words } from "@/shared/format";
import { Bar, Labels, Side } from "@/shared/marks";

export interface Column {
  id: string;
  title: string;
  about?: string;
  width: number;
  isNumber?: boolean;
  /** Its width on a phone, where there is room for it. */
  narrow?: number;
  cell: (signal: ShownSignal) => ReactNode;
}

const priced = (id: "entry" | "stop" | "target1", title: string, narrow?: number): Column => ({ id, title, width: 76, isNumber: true, narrow, cell: (one) => price(one[id]) });

export const COLUMNS: readonly Column[] = [
  { id: "time", title: "bar", about: "the setup's bar, the exchange's clock", width: 108, narrow: 92, cell: (one) => when(one) },
  { id: "symbol", title: "symbol", width: 84, narrow: 78, cell: (one) => <b>{one.symbol}</b> },
  { id: "side", title: "side", width: 52, narrow: 48, cell: (one) => <Side direction={one.direction} /> },
  { id: "pattern", title: "pattern", width: 170, cell: (one) => words(one.pattern) },
  { id: "scanner", title: "scanner", width: 110, cell: (one) => <span className="quiet">{words(one.scanner)}</span> },
  { id: "phase", title: "session", width: 92, cell: (one) => <span className="quiet">{words(one.phase)}</span> },
  priced("entry", "entry", 72),
  priced("stop", "stop"),
  priced("target1", "target"),
  { id: "confidence", title: "confidence", width: 92, isNumber: true, cell: (one) => <Bar value={one.confidence} side={side(one.direction)} /> },
  { id: "status", title: "status", width: 104, narrow: 90, cell: (one) => one.status },
  { id: "outcome", title: "outcome", width: 100, cell: (one) => <Outcome of={one} /> },
  { id: "r", title: "R", about: "hypothetical, at the prices of bars", width: 52, isNumber: true, cell: (one) => signed(one.r, 1) },
  { id: "labels", title: "data", width: 110, cell: (one) => <Labels labels={one.labels} /> },
];

/** A day for what has no time of day. */
export function when({ timeframe, bar_time, available_at }: ShownSignal): string {
  return timeframe === "1d" || timeframe === "1w" ? day(bar_time) : `${day(available_at)} ${clock(available_at)}`;
}

const OUTCOMES = {
  success: { sign: "✓", way: "up", words: "target" },
  failure: { sign: "✗", way: "down", words: "stop" },
  timed_out: { sign: "◷", way: "", words: "timed out" },
  no_trade: { sign: "", way: "quiet", words: "no trade" },
  open: { sign: "", way: "quiet", words: "open" },
} as const;

/** How a signal ended: a sign and a word, coloured besides. */
export function Outcome({ of }: { of: Pick<ShownSignal, "outcome"> }) {
  const { sign, way, words: said } = OUTCOMES[of.outcome];
  return (
    <span className={way}>
      {sign && <span aria-hidden="true">{sign} </span>}
      {said}
    </span>
  );
}
