import type { ScanResults } from "@/client";
import { words } from "@/shared/format";

type Row = ScanResults["results"][number];

/** A row of a range scan: one hit, or of a scanner with wide rows the patterns that one symbol hit on one day. */
export interface Hit {
  id: string;
  symbol: string;
  date: string;
  patterns: readonly string[];
  row: Row;
}

/** Columns that every scanner has; what else a row holds is the scanner's own. */
const HOUSE = new Set([
  "ticker", "date", "bar_time", "available_at", "scanner", "pattern", "direction", "entry", "stop", "target1", "target2",
  "confidence", "score", "volume", "atr", "rvol", "position_size", "size_reason", "risk_amount", "phase",
  "confluence_factors", "labels",
]); // prettier-ignore

/** `known`: the scanner's patterns, which are flags of a wide row. */
export function hitsOf(rows: readonly Row[], known: readonly string[]): Hit[] {
  return rows.map((row) => {
    const patterns = typeof row.pattern === "string" ? [row.pattern] : known.filter((name) => row[name] === 1);
    const symbol = text(row.ticker);
    const date = text(row.date);
    return { id: `${symbol} ${date} ${patterns.join()} ${text(row.bar_time)}`, symbol, date, patterns, row };
  });
}

export interface Own {
  name: string;
  isNumber: boolean;
}

/** The scanner's own columns, in the order of its rows. */
export function ownColumns(rows: readonly Row[], known: readonly string[]): Own[] {
  const flags = new Set(known);
  const names = Object.keys(rows[0] ?? {}).filter((name) => !HOUSE.has(name) && !flags.has(name));
  return names.map((name) => {
    const first = rows.find((row) => row[name] !== null)?.[name];
    return { name, isNumber: first === undefined || typeof first === "number" };
  });
}

export interface Wanted {
  day?: string;
  pattern?: string;
  /** Part of a symbol or of a pattern's name. */
  q?: string;
}

export function filtered(hits: readonly Hit[], { day, pattern, q }: Wanted): readonly Hit[] {
  const part = q?.trim().toLowerCase() ?? "";
  if (!day && !pattern && !part) return hits;
  return hits.filter(
    (hit) =>
      (!day || hit.date === day) &&
      (!pattern || hit.patterns.includes(pattern)) &&
      (!part || hit.symbol.toLowerCase().includes(part) || hit.patterns.some((one) => words(one).includes(part))),
  );
}

/** How many hits there are of each name, the most first. */
export function counted(hits: readonly Hit[], namesOf: (hit: Hit) => readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const hit of hits) for (const name of namesOf(hit)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Map([...counts].toSorted((a, b) => b[1] - a[1]));
}

export const byDay = (hits: readonly Hit[]): Map<string, number> => counted(hits, ({ date }) => [date]);
export const byPattern = (hits: readonly Hit[]): Map<string, number> => counted(hits, ({ patterns }) => patterns);

/** Labels of the data, as the rows say them. */
export function labelsOf(results: ScanResults): string[] {
  const said = results.labels ?? results.results[0]?.labels;
  return Array.isArray(said) ? said.filter((one): one is string => typeof one === "string") : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
