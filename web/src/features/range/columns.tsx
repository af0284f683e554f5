import type { Column } from "@/shared/DataTable";
import { day, fixed, price, short, side, words } from "@/shared/format";
import { Bar, Side } from "@/shared/marks";
import type { Hit, Own } from "./hits";

const numberOf = (hit: Hit, name: string): number | undefined => {
  const value = hit.row[name];
  return typeof value === "number" ? value : undefined;
};
const textOf = (hit: Hit, name: string): string => {
  const value = hit.row[name];
  return typeof value === "string" ? value : "";
};

const number = (name: string, title: string, width: number, show: (value: number | undefined) => string, about?: string): Column<Hit> => ({
  id: name,
  title,
  width,
  about,
  isNumber: true,
  value: (hit) => numberOf(hit, name),
  cell: (hit) => show(numberOf(hit, name)),
});

const direction = (hit: Hit) => textOf(hit, "direction");
const BEFORE: Column<Hit>[] = [
  { id: "date", title: "day", width: 92, value: (hit) => hit.date, cell: (hit) => day(hit.date) },
  { id: "symbol", title: "symbol", width: 88, value: (hit) => hit.symbol, cell: (hit) => <b>{hit.symbol}</b> },
  { id: "pattern", title: "pattern", width: 168, value: (hit) => hit.patterns.join(), cell: (hit) => hit.patterns.map(words).join(", ") },
];
const SIDED: Column<Hit>[] = [
  { id: "side", title: "side", width: 56, value: direction, cell: (hit) => <Side direction={direction(hit) || "NONE"} /> },
  number("entry", "entry", 80, price, "as traded on the bar's day"),
  number("stop", "stop", 80, price),
  number("target1", "target", 80, price),
];
const SCORE: Column<Hit> = {
  id: "score",
  title: "score",
  width: 84,
  about: "how well it fits, 0–100",
  isNumber: true,
  value: (hit) => numberOf(hit, "score"),
  cell: (hit) => <Bar value={numberOf(hit, "score")} side={side(direction(hit))} />,
};
const RVOL = number("rvol", "RVOL", 62, (value) => fixed(value, 1), "volume by the mean of the 20 sessions before");
const VOLUME = number("volume", "volume", 78, short);

/** The columns of the house that the rows have, then the scanner's own. */
export function columnsOf(first: Hit | undefined, own: readonly Own[]): Column<Hit>[] {
  const has = (name: string) => first === undefined || name in first.row;
  return [
    ...BEFORE,
    ...(has("entry") ? SIDED : []),
    ...(has("score") ? [SCORE] : []),
    ...(has("rvol") ? [RVOL] : []),
    ...(has("volume") ? [VOLUME] : []),
    ...own.map(ownColumn),
  ];
}

function ownColumn({ name, isNumber }: Own): Column<Hit> {
  const title = words(name);
  const width = Math.max(72, 20 + 7 * title.length);
  if (isNumber) return number(name, title, width, plain);
  return { id: name, title, width, value: (hit) => shown(hit.row[name]), cell: (hit) => shown(hit.row[name]) };
}

function plain(value: number | undefined): string {
  const size = Math.abs(value ?? 0);
  return fixed(value, size >= 1000 || Number.isInteger(value) ? 0 : size >= 1 ? 2 : 4);
}

const shown = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "string" ? words(value) : JSON.stringify(value));
