import type { QuickSignal, ScanRow } from "@/client";
import { confluence, prediction, ratio, regime, score, stop, target, type Deep, type Said } from "@/service/deep";

/** A line of the table: what a scan found, what the quick look says, and the deep analysis as far as it is there. */
export interface Line {
  id: string;
  symbol: string;
  hit?: ScanRow;
  quick?: QuickSignal;
  deep?: Deep;
  /** Whether a deep analysis is to come: of now, so not to hits of a day that is past. */
  deepens: boolean;
}

export const PARTS = { score, regime, stop, target, ratio, confluence, ml: prediction } satisfies Record<
  string,
  (deep: Deep) => Said<number | string>
>;
export type PartName = keyof typeof PARTS;

/** What a hit itself says in the place of a part: where nothing deepens, or what is known deeply is of the other side. */
const OF_HIT: Partial<Record<PartName, (hit: ScanRow) => number | null>> = {
  stop: (hit) => hit.stop,
  target: (hit) => hit.target1,
  ratio: ({ entry, stop: at, target1 }) =>
    entry === null || at === null || target1 === null || entry === at ? null : Math.abs(target1 - entry) / Math.abs(entry - at),
};

export function part(line: Line, name: PartName): Said<number | string> | undefined {
  if (!line.deep && line.deepens) return undefined;
  const own = ownOf(line, name);
  return own === undefined ? deepOf(line, name) : { value: own };
}

/** Who says a part: the scan itself, or the deep analysis. */
export const whose = (line: Line, name: PartName): "scan" | "deep" => (ownOf(line, name) === undefined ? "deep" : "scan");

const deepOf = ({ deep }: Line, name: PartName): Said<number | string> => (deep ? PARTS[name](deep) : { reason: "analysed for today's bars only" });

function ownOf(line: Line, name: PartName): number | undefined {
  const { deep, hit } = line;
  const isOther = hit?.direction !== "NONE" && deep?.sl_tp?.side !== undefined && deep.sl_tp.side !== hit?.direction;
  return isOther || "reason" in deepOf(line, name) ? ((hit && OF_HIT[name]?.(hit)) ?? undefined) : undefined;
}

export function partValue(line: Line, name: PartName): number | string | undefined {
  const said = part(line, name);
  return said && "value" in said ? said.value : undefined;
}

type Compose = (
  hits: readonly ScanRow[] | null,
  quick: ReadonlyMap<string, QuickSignal>,
  deep: ReadonlyMap<string, Deep>,
  /** Whether a deep analysis of a symbol is to come. */
  comes?: (symbol: string) => boolean,
) => Line[];

/**
 * Puts lines together and keeps each one the same object until something of it changes, so that only what has changed
 * is drawn anew.
 */
export function composer(): Compose {
  let before = new Map<string, Line>();
  return (hits, quick, deep, comes = () => true) => {
    const made = new Map<string, Line>();
    const add = (id: string, symbol: string, hit?: ScanRow) => {
      const [looked, analysed, deepens] = [quick.get(symbol), deep.get(symbol), comes(symbol)];
      const known = before.get(id);
      const isSame = known?.hit === hit && known?.quick === looked && known?.deep === analysed && known?.deepens === deepens;
      made.set(id, known && isSame ? known : { id, symbol, hit, quick: looked, deep: analysed, deepens });
    };
    if (hits) for (const hit of hits) add(`${hit.symbol} ${hit.pattern} ${hit.bar_time}`, hit.symbol, hit);
    else for (const symbol of quick.keys()) add(symbol, symbol);
    before = made;
    return [...made.values()];
  };
}
