/** What stands in the address of the scan page: the question that was asked, and the row that is looked at. */
export interface ScanSearch {
  /** A scanner, or "quick" for the fast scan of everything. */
  scanner?: string;
  timeframe?: string;
  universe?: string;
  date?: string;
  /** Parameters that differ from their defaults. */
  set?: Record<string, unknown>;
  symbol?: string;
  sort?: string;
}

export const QUICK = "quick";

export function scanSearch(given: Record<string, unknown>): ScanSearch {
  const text = (name: string) => (typeof given[name] === "string" && given[name] ? given[name] : undefined);
  const set = given.set;
  return {
    scanner: text("scanner"),
    timeframe: text("timeframe"),
    universe: text("universe"),
    date: text("date"),
    set: typeof set === "object" && set !== null && !Array.isArray(set) ? (set as Record<string, unknown>) : undefined,
    symbol: text("symbol"),
    sort: text("sort"),
  };
}
