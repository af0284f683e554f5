import type { ScanRow } from "@/client";
import type { Column } from "@/shared/DataTable";
import { DASH, fixed, moment, price, short, side, sign, signed, words } from "@/shared/format";
import { Bar, Ring, Side } from "@/shared/marks";
import { useFlash } from "@/shared/useFlash";
import { part, partValue, whose, type Line, type PartName } from "./rows";

const number = (id: string, title: string, width: number, value: (line: Line) => number | null | undefined, cell: (value: number | undefined, line: Line) => React.ReactNode, about?: string): Column<Line> => ({
  id,
  title,
  width,
  about,
  isNumber: true,
  value: (line) => value(line) ?? undefined,
  cell: (line) => cell(value(line) ?? undefined, line),
});
const word = (id: string, title: string, width: number, value: (line: Line) => string | null | undefined, about?: string): Column<Line> => ({
  id,
  title,
  width,
  about,
  value: (line) => value(line) ?? undefined,
  cell: (line) => value(line) ?? <span className="quiet">{DASH}</span>,
});

function Deepening({ line, name, show }: { line: Line; name: PartName; show: (value: number | string) => React.ReactNode }) {
  const said = part(line, name);
  const element = useFlash<HTMLSpanElement>(said && "value" in said ? said.value : undefined);
  if (!said) return <Ring />;
  if ("reason" in said) return <span className="quiet" title={said.reason}>{DASH}</span>;
  return <span ref={element}>{show(said.value)}</span>;
}

const deepNumber = (id: PartName, title: string, width: number, show: (value: number) => string, about: string): Column<Line> => ({
  id,
  title,
  width,
  about,
  isNumber: true,
  value: (line) => partValue(line, id),
  cell: (line) => <Deepening line={line} name={id} show={(value) => show(Number(value))} />,
});
/** A level, with whose it is: the deep analysis' and the scan's own may differ. */
const deepLevel = (id: "stop" | "target", about: string): Column<Line> => ({
  ...deepNumber(id, id, 96, price, about),
  cell: (line) => (
    <Deepening
      line={line}
      name={id}
      show={(value) => (
        <>
          <small className="quiet">{whose(line, id)}</small> {price(Number(value))}
        </>
      )}
    />
  ),
});
const deepWord = (id: PartName, title: string, width: number, about: string): Column<Line> => ({
  id,
  title,
  width,
  about,
  value: (line) => partValue(line, id),
  cell: (line) => <Deepening line={line} name={id} show={(value) => String(value).toLowerCase()} />,
});

const direction = (line: Line) => line.hit?.direction ?? line.quick?.signal;
const strength = (line: Line) => line.hit?.score ?? line.quick?.strength;
const at = (instant: string | undefined) => instant && moment(instant);

/** The columns of every scan, those of a deep analysis among them. */
export const COLUMNS: Column<Line>[] = [
  { id: "symbol", title: "symbol", width: 92, value: (line) => line.symbol, cell: (line) => <b>{line.symbol}</b> },
  number("price", "price", 82, (line) => line.hit?.entry ?? line.quick?.price, price, "as traded on the bar's day"),
  number("change", "chg %", 70, (line) => line.quick?.change24h, (value) => <span className={sign(value)}>{signed(value)}</span>, "since the close of the session before"),
  { id: "signal", title: "signal", width: 60, value: direction, cell: (line) => <Side direction={direction(line) ?? "NONE"} /> },
  number("strength", "strength", 92, strength, (value, line) => <Bar value={value} side={side(direction(line))} />, "0–100"),
  number("rvol", "RVOL", 58, (line) => line.hit?.rvol, (value) => fixed(value, 1), "volume by the mean of the 20 sessions before"),
  deepNumber("score", "score", 58, (value) => fixed(value, 0), "opportunity, 0–100"),
  deepWord("regime", "regime", 78, "which way the symbol's market goes"),
  deepLevel("stop", "where the idea is wrong, as analysed deeply; else the scanner's own"),
  deepLevel("target", "where it has come true, as analysed deeply; else the scanner's own"),
  deepNumber("ratio", "R/R", 50, (value) => fixed(value, 1), "what can be won by what can be lost"),
  deepWord("confluence", "confluence", 88, "how far timeframes agree"),
  deepNumber("ml", "ml", 50, (value) => fixed(value * 100, 0), "calibrated probability, %; a dash: the model abstains"),
  word("pattern", "pattern", 140, (line) => line.hit && words(line.hit.pattern)),
  number("volume", "volume", 76, (line) => line.hit?.volume, short),
  number("confidence", "confidence", 82, (line) => line.hit?.confidence, (value) => fixed(value, 0), "0–100"),
  number("own_stop", "scan's stop", 86, (line) => line.hit?.stop, price, "the stop that the scanner itself gives"),
  number("target1", "scan's target", 92, (line) => line.hit?.target1, price, "the first target that the scanner itself gives"),
  number("target2", "2nd target", 82, (line) => line.hit?.target2, price, "the second target that the scanner itself gives"),
  number("size", "size", 64, (line) => line.hit?.position_size, (value, line) => <span title={line.hit?.size_reason ?? undefined}>{fixed(value, 0)}</span>, "shares, for your account and its risk for each trade"),
  number("risk", "risk", 72, (line) => line.hit?.risk_amount, (value) => fixed(value, 0), "what is lost at the stop"),
  number("atr", "ATR", 64, (line) => line.hit?.atr, price, "average true range of 14 bars: Wilder's average, or the one that the scanner itself measures by"),
  number("rsi", "RSI", 52, (line) => line.quick?.rsi, (value) => fixed(value, 0)),
  word("macd", "MACD", 70, (line) => line.quick?.macd),
  word("ema", "average", 70, (line) => line.quick?.ema, "of the price, to its slow average"),
  word("exchange", "exchange", 80, (line) => line.quick?.exchange),
  word("phase", "phase", 90, (line) => line.hit && words(line.hit.phase)),
  word("factors", "factors", 160, (line) => line.hit?.confluence_factors.map(words).join(", "), "what speaks for it beside the pattern"),
  word("bar", "bar", 110, (line) => at(line.hit?.bar_time ?? line.quick?.timestamp), "start of the bar, New York time"),
  word("known", "known at", 110, (line) => at(line.hit?.available_at), "first instant at which it could be known, New York time"),
];

/** What every hit has: it stands in the columns above, or is no column. */
const OF_EVERY = new Set([
  "symbol", "bar_time", "available_at", "scanner", "pattern", "direction", "entry", "stop", "target1", "target2", "confidence", "score", "volume",
  "atr", "rvol", "position_size", "size_reason", "risk_amount", "phase", "confluence_factors", "labels",
]); // prettier-ignore
const LOOKED_AT = 200;

/** The columns that a scanner adds of its own, as its hits show them. */
export function ownColumns(hits: readonly ScanRow[]): Column<Line>[] {
  const found = new Map<string, unknown>();
  for (const hit of hits.slice(0, LOOKED_AT))
    for (const [name, value] of Object.entries(hit)) if (!OF_EVERY.has(name) && (found.get(name) ?? null) === null) found.set(name, value);
  return [...found].map(([name, sample]) => own(name, sample));
}

function own(name: string, sample: unknown): Column<Line> {
  const id = COLUMNS.some((column) => column.id === name) ? `own_${name}` : name;
  const title = words(name);
  const width = Math.min(150, Math.max(64, 16 + title.length * 7));
  const value = ({ hit }: Line) => (hit as Record<string, unknown> | undefined)?.[name];
  if (typeof sample === "number") {
    return number(id, title, width, (line) => numberOf(value(line)), (shown) => fixed(shown, shown !== undefined && Number.isInteger(shown) ? 0 : 2), "the scanner's own");
  }
  return word(id, title, width, (line) => textOf(value(line)), "the scanner's own");
}

const numberOf = (value: unknown) => (typeof value === "number" ? value : undefined);
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "string" ? value : typeof value === "boolean" ? (value ? "✓" : "✗") : JSON.stringify(value);
}
