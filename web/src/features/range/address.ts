/** What stands in the addresses of range scans: the question while it is put together, and how rows are looked at. */

/** Floors of a bar, by the API's names. */
export const FLOORS = ["min_price", "max_price", "min_volume", "min_dollar_volume"] as const;
export type Floor = (typeof FLOORS)[number];

/** The address of a scan is one of these, too: what a range has not (its timeframe, its row) is left out. */
export interface RangeSearch {
  scanner?: string;
  universe?: string;
  from?: string;
  to?: string;
  /** Only these, or without these: symbols with spaces between. */
  symbols?: string;
  without?: string;
  floors?: Partial<Record<Floor, string>>;
  /** Those of the watchlist ("watchlist"), or of the portfolio of this id. */
  list?: string;
  /** Parameters that differ from their defaults. */
  config?: Record<string, unknown>;
}

/** How the rows of a scan are looked at. */
export interface HitsSearch {
  day?: string;
  pattern?: string;
  q?: string;
  sort?: string;
}

type Given = Record<string, unknown>;

export function rangeSearch(given: Given): RangeSearch {
  return {
    scanner: text(given.scanner) === "quick" ? undefined : text(given.scanner),
    universe: text(given.universe),
    from: text(given.from),
    to: text(given.to) ?? text(given.date),
    symbols: text(given.symbols),
    without: text(given.without),
    floors: floorsOf(given.floors),
    list: text(given.list),
    config: isPlain(given.config) ? given.config : isPlain(given.set) ? given.set : undefined,
  };
}

export function hitsSearch(given: Given): HitsSearch {
  return { day: text(given.day), pattern: text(given.pattern), q: text(given.q), sort: text(given.sort) };
}

function floorsOf(given: unknown): RangeSearch["floors"] {
  if (!isPlain(given)) return undefined;
  const known = FLOORS.flatMap((name) => {
    const value = given[name];
    return typeof value === "number" || typeof value === "string" ? [[name, String(value)] as const] : [];
  });
  return known.length > 0 ? Object.fromEntries(known) : undefined;
}

/** A symbol of digits comes out of an address as a number. */
function text(value: unknown): string | undefined {
  return (typeof value === "string" && value) || (typeof value === "number" && String(value)) || undefined;
}

const isPlain = (value: unknown): value is Given => typeof value === "object" && value !== null && !Array.isArray(value);
