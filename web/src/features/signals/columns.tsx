import type { ReactNode } from "react";
import type { ShownSignal } from "@/client";
import { barTime, price, setup, side, signed, words } from "@/shared/format";
import { Bar, Labels, Side } from "@/shared/marks";

export interface Column {
  id: string;
  title: string;
  about?: string;
  width: number;
  isNumber?: boolean;
  /** Its width on a phone, where there is room for it. */
  narrow?: number;
  /** Can be missed while a signal is open beside the list: that one says it. */
  isBesides?: boolean;
  cell: (signal: ShownSignal) => ReactNode;
}

const priced = (id: "entry" | "stop" | "target1", title: string, narrow?: number): Column => ({ id, title, width: 75, isNumber: true, narrow, cell: (one) => price(one[id]) });

export const COLUMNS: readonly Column[] = [
  { id: "time", title: "bar", about: "the setup's bar, the exchange's clock", width: 140, narrow: 132, cell: barTime },
  { id: "symbol", title: "symbol", width: 80, narrow: 72, cell: (one) => <b>{one.symbol}</b> },
  { id: "side", title: "side", width: 52, narrow: 46, cell: (one) => <Side direction={one.direction} /> },
  { id: "pattern", title: "pattern", width: 200, cell: setup },
  { id: "phase", title: "session", width: 92, isBesides: true, cell: (one) => <span className="quiet">{words(one.phase)}</span> },
  priced("entry", "entry", 62),
  priced("stop", "stop"),
  priced("target1", "target"),
  { id: "confidence", title: "confidence", width: 92, isNumber: true, isBesides: true, cell: (one) => <Bar value={one.confidence} side={side(one.direction)} /> },
  { id: "status", title: "status", width: 98, narrow: 74, cell: (one) => one.status },
  { id: "outcome", title: "outcome", width: 96, cell: (one) => <Outcome of={one} /> },
  { id: "r", title: "R", about: "hypothetical, at the prices of bars", width: 48, isNumber: true, cell: (one) => signed(one.r, 1) },
  { id: "labels", title: "data", width: 106, cell: (one) => <Labels labels={one.labels} /> },
];
export const NARROW = COLUMNS.flatMap((one) => (one.narrow ? [{ ...one, width: one.narrow }] : []));
/** Those there is room for beside a signal that is open. */
export const BESIDE_ONE = COLUMNS.filter(({ isBesides }) => !isBesides);

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
