import { DEFAULT, MOST } from "./indicators";

export const TIMEFRAMES = ["1m", "5m", "15m", "1h", "4h", "1d", "1w"] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];
export type Hours = "regular" | "extended";

/** What is seen of a symbol, as its address says it. */
export interface SymbolSearch {
  timeframe?: Timeframe;
  hours?: "extended";
  /** Indicators by their short names, formulas as they are written (`indicators.ts`). */
  show?: string[];
  /** The signal whose levels are drawn; the newest that goes on when none is named. */
  signal?: string;
  as?: "table";
}

const LONGEST = 2_000;

export function symbolSearch(given: Record<string, unknown>): SymbolSearch {
  return {
    timeframe: TIMEFRAMES.find((one) => one === given.timeframe),
    hours: given.hours === "extended" ? "extended" : undefined,
    show: shown(given.show),
    signal: typeof given.signal === "string" && given.signal.length <= 64 ? given.signal : undefined,
    as: given.as === "table" ? "table" : undefined,
  };
}

function shown(given: unknown): string[] | undefined {
  if (!Array.isArray(given)) return undefined;
  const texts = given.filter((one): one is string => typeof one === "string" && one.length <= LONGEST);
  const chosen = [...new Set(texts)].slice(0, MOST);
  return chosen.join() === DEFAULT.join() ? undefined : chosen;
}
