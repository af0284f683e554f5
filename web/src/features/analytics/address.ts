import { phaseOf, type Phase } from "@/service/phases";

/** What stands in the address of the analytics: which signals are counted, and whose model is looked at. */
export const SPANS = { "1w": 7, "1m": 30, "3m": 91, "1y": 365 } as const;
export type Span = keyof typeof SPANS;
export const DIRECTIONS = ["BUY", "SELL"] as const;

export interface AnalyticsSearch {
  /** Back from today; `from` and `to` go before it. */
  span?: Span;
  from?: string;
  to?: string;
  scanner?: string;
  pattern?: string;
  direction?: (typeof DIRECTIONS)[number];
  phase?: Phase;
  /** Whose model's card is looked at, where no scanner is chosen. */
  model?: string;
}

/** What the service is asked. */
export interface Wanted {
  from?: string;
  to?: string;
  scanner?: string;
  pattern?: string;
  direction?: (typeof DIRECTIONS)[number];
  phase?: Phase;
}

const DAY_MS = 86_400_000;
const NEW_YORK = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York", year: "numeric", month: "2-digit", day: "2-digit" });

export function analyticsSearch(given: Record<string, unknown>): AnalyticsSearch {
  const text = (name: string) => (typeof given[name] === "string" && given[name] ? given[name] : undefined);
  const date = (name: string) => (/^\d{4}-\d{2}-\d{2}$/.test(text(name) ?? "") && !Number.isNaN(Date.parse(text(name) ?? "")) ? text(name) : undefined);
  return {
    span: Object.hasOwn(SPANS, text("span") ?? "") ? (text("span") as Span) : undefined,
    from: date("from"),
    to: date("to"),
    scanner: text("scanner"),
    pattern: text("pattern"),
    direction: DIRECTIONS.find((one) => one === given.direction),
    phase: phaseOf(given.phase),
    model: text("model"),
  };
}

/** The question that an address asks on a day. */
export function wanted({ span, from, to, scanner, pattern, direction, phase }: AnalyticsSearch, now: number): Wanted {
  const back = span && !from && !to ? NEW_YORK.format(now - SPANS[span] * DAY_MS) : undefined;
  return { from: from ?? back, to, scanner, pattern, direction, phase };
}

export const isFiltered = (search: AnalyticsSearch): boolean =>
  [search.span, search.from, search.to, search.scanner, search.pattern, search.direction, search.phase].some((one) => one !== undefined);
