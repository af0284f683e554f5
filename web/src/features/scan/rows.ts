import type { QuickSignal, ScanRow } from "@/client";
import { confluence, prediction, ratio, regime, score, stop, target, type Deep, type Said } from "@/service/deep";

/** A line of the table: what a scan found, what the quick look says, and the deep analysis as far as it is there. */
export interface Line {
  id: string;
  symbol: string;
  hit?: ScanRow;
  quick?: QuickSignal;
  deep?: Deep;
}

export const PARTS = { score, regime, stop, target, ratio, confluence, ml: prediction } satisfies Record<
  string,
  (deep: Deep) => Said<number | string>
>;
export type PartName = keyof typeof PARTS;

export const part = (line: Line, name: PartName): Said<number | string> | undefined => line.deep && PARTS[name](line.deep);

export function partValue(line: Line, name: PartName): number | string | undefined {
  const said = part(line, name);
  return said && "value" in said ? said.value : undefined;
}

/**
 * Puts lines together and keeps each one the same object until something of it changes, so that only what has changed
 * is drawn anew.
 */
export function composer(): (hits: readonly ScanRow[] | null, quick: ReadonlyMap<string, QuickSignal>, deep: ReadonlyMap<string, Deep>) => Line[] {
  let before = new Map<string, Line>();
  return (hits, quick, deep) => {
    const made = new Map<string, Line>();
    const add = (id: string, symbol: string, hit?: ScanRow) => {
      const next: Line = { id, symbol, hit, quick: quick.get(symbol), deep: deep.get(symbol) };
      const known = before.get(id);
      const isSame = known?.hit === next.hit && known?.quick === next.quick && known?.deep === next.deep;
      made.set(id, known && isSame ? known : next);
    };
    if (hits) for (const hit of hits) add(`${hit.symbol} ${hit.pattern} ${hit.bar_time}`, hit.symbol, hit);
    else for (const symbol of quick.keys()) add(symbol, symbol);
    before = made;
    return [...made.values()];
  };
}
