import type { Quote } from "@/client";

/** A list at equal weight: what is known of it where nobody says how much of each is held. */
export interface Weight {
  /** Symbols whose price is known, of all. */
  priced: number;
  all: number;
  /** Mean change of those, in percent. */
  change: number | null;
  up: number;
  down: number;
  /** The mean of their closes, each set to 100 at the first; of those that have every close. */
  line: number[];
  lined: number;
  /** Age of the oldest price, in seconds. */
  age: number;
  labels: string[];
}

const BASE = 100;

export function weighed(symbols: readonly string[], quotes: readonly Quote[]): Weight {
  const wanted = new Set(symbols);
  const found = quotes.filter((quote) => wanted.has(quote.symbol) && quote.last !== null);
  const moves = found.flatMap(({ change_pct }) => (change_pct === null ? [] : [change_pct]));
  const lines = whole(found.map(({ sparkline }) => sparkline));
  return {
    priced: found.length,
    all: symbols.length,
    change: moves.length > 0 ? mean(moves) : null,
    up: moves.filter((move) => move > 0).length,
    down: moves.filter((move) => move < 0).length,
    line: (lines[0] ?? []).map((_, at) => mean(lines.map((line) => (BASE * (line[at] ?? 0)) / (line[0] ?? 1)))),
    lined: lines.length,
    age: Math.max(0, ...found.map(({ age }) => age)),
    labels: [...new Set(found.flatMap(({ labels }) => labels))].toSorted(),
  };
}

/** The lines that are as long as the longest: a younger one would bend the mean where it begins. */
function whole(lines: readonly number[][]): number[][] {
  const length = Math.max(0, ...lines.map((line) => line.length));
  return length < 2 ? [] : lines.filter((line) => line.length === length && (line[0] ?? 0) > 0);
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
