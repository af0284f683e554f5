import type { Column } from "@/shared/DataTable";
import { DASH, fixed, price, short, side, sign, signed, words } from "@/shared/format";
import { Bar, Ring, Side } from "@/shared/marks";
import { useFlash } from "@/shared/useFlash";
import { part, partValue, type Line, type PartName } from "./rows";

const number = (id: string, title: string, width: number, value: (line: Line) => number | null | undefined, cell: (value: number | undefined, line: Line) => React.ReactNode, about?: string): Column<Line> => ({
  id,
  title,
  width,
  about,
  isNumber: true,
  value: (line) => value(line) ?? undefined,
  cell: (line) => cell(value(line) ?? undefined, line),
});

function Deepening({ line, name, show }: { line: Line; name: PartName; show: (value: number | string) => React.ReactNode }) {
  const said = part(line, name);
  const element = useFlash<HTMLSpanElement>(said && "value" in said ? said.value : undefined);
  if (!said) return line.quick ? <Ring /> : <span className="quiet">{DASH}</span>;
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

export const COLUMNS: Column<Line>[] = [
  { id: "symbol", title: "symbol", width: 92, value: (line) => line.symbol, cell: (line) => <b>{line.symbol}</b> },
  number("price", "price", 82, (line) => line.hit?.entry ?? line.quick?.price, price, "as traded on the bar's day"),
  number("change", "chg %", 70, (line) => line.quick?.change24h, (value) => <span className={sign(value)}>{signed(value)}</span>),
  { id: "signal", title: "signal", width: 60, value: direction, cell: (line) => <Side direction={direction(line) ?? "NONE"} /> },
  number("strength", "strength", 92, strength, (value, line) => <Bar value={value} side={side(direction(line))} />, "0–100"),
  number("rvol", "RVOL", 58, (line) => line.hit?.rvol, (value) => fixed(value, 1), "volume by the mean of the 20 sessions before"),
  deepNumber("score", "score", 58, (value) => fixed(value, 0), "opportunity, 0–100"),
  deepWord("regime", "regime", 78, "which way the symbol's market goes"),
  deepNumber("stop", "stop", 82, price, "where the idea is wrong"),
  deepNumber("target", "target", 82, price, "where it has come true"),
  deepNumber("ratio", "R/R", 50, (value) => fixed(value, 1), "what can be won by what can be lost"),
  deepWord("confluence", "confluence", 88, "how far timeframes agree"),
  deepNumber("ml", "ml", 50, (value) => fixed(value * 100, 0), "calibrated probability, %; a dash: the model abstains"),
  { id: "pattern", title: "pattern", width: 140, value: (line) => line.hit?.pattern, cell: (line) => words(line.hit?.pattern ?? "") },
  number("volume", "volume", 76, (line) => line.hit?.volume, short),
];
