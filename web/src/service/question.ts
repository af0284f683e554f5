/** What a scanner is asked, as it stands in an address: of `/scan`, and beside its dates of `/range`. */
export interface Asked {
  /** A scanner, or "quick" for the fast scan of everything. */
  scanner?: string;
  timeframe?: string;
  hours?: "extended";
  /** A type or exchange of the stored symbols, or "crypto". */
  universe?: string;
  /** Only those of the caller's watchlist ("watchlist"), or of the portfolio of this id. */
  list?: string;
  /** Only these, with commas between. */
  symbols?: string;
  date?: string;
  /** Bars closed by then, as 09:50. */
  cutoff?: string;
  /** The preset that the parameters came from. */
  preset?: string;
  /** Parameters that differ from their defaults. */
  config?: Record<string, unknown>;
}

export const QUICK = "quick";
export const CRYPTO = "crypto";
export const WATCHLIST = "watchlist";

/** What of an address is a question; the rest of it, and what is no value of its field, is left out. */
export function asked(given: Record<string, unknown>): Asked {
  const text = (name: string) => addressText(given[name]);
  const { config } = given;
  return {
    scanner: text("scanner"),
    timeframe: text("timeframe"),
    hours: given.hours === "extended" ? "extended" : undefined,
    universe: text("universe"),
    list: text("list"),
    symbols: text("symbols"),
    date: text("date"),
    cutoff: text("cutoff"),
    preset: text("preset"),
    config: typeof config === "object" && config !== null && !Array.isArray(config) ? (config as Record<string, unknown>) : undefined,
  };
}

/** A text of an address; one that reads as a number, such as the symbol 600519, came as one. */
export function addressText(given: unknown): string | undefined {
  const text = typeof given === "number" ? String(given) : given;
  return typeof text === "string" && text !== "" ? text : undefined;
}

/** Whether two questions are one; the preset that parameters came from is no part of what is asked. */
export function isSameQuestion(one: Asked, other: Asked): boolean {
  return JSON.stringify(bare(one)) === JSON.stringify(bare(other));
}

function bare(question: Asked): unknown[] {
  const { scanner, timeframe, hours, universe, list, symbols, date, cutoff, config } = question;
  const parameters = Object.entries(config ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [scanner, timeframe, hours, universe, list, symbols, date, cutoff, parameters];
}

/** The symbols of a text: with spaces, commas or lines between, each once. */
export const symbolsIn = (text: string): string[] => [...new Set(text.toUpperCase().split(/[\s,;]+/).filter(Boolean))];
