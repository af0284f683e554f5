import { phaseOf, type Phase } from "@/service/phases";

export const STATUSES = ["active", "triggered", "closed", "expired", "cancelled"] as const;
export const SIDES = ["BUY", "SELL"] as const;
export type Status = (typeof STATUSES)[number];

/** Which signals are wanted, in the words of the service. */
export interface Filter {
  symbol?: string;
  scanner?: string;
  pattern?: string;
  direction?: (typeof SIDES)[number];
  phase?: Phase;
  status?: Status;
  min_confidence?: number;
  from?: string;
  to?: string;
}

/** What is seen of them: the filter, and the signal that is looked at. */
export interface SignalsSearch extends Filter {
  signal?: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** An address as it may be written by hand: what the service would refuse is left out. */
export function signalsSearch(given: Record<string, unknown>): SignalsSearch {
  const one = <T extends string>(all: readonly T[], value: unknown) => all.find((each) => each === value);
  const text = (value: unknown, most: number) => (typeof value === "string" && value.length > 0 && value.length <= most ? value : undefined);
  const date = (value: unknown) => (typeof value === "string" && DATE.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined);
  const symbol = text(typeof given.symbol === "number" ? String(given.symbol) : given.symbol, 32);
  const confidence = Number(given.min_confidence);
  return {
    symbol: symbol && !/\s/.test(symbol) ? symbol : undefined,
    scanner: text(given.scanner, 64),
    pattern: text(given.pattern, 64),
    direction: one(SIDES, given.direction),
    phase: phaseOf(given.phase),
    status: one(STATUSES, given.status),
    min_confidence: given.min_confidence !== undefined && confidence > 0 && confidence <= 100 ? confidence : undefined,
    from: date(given.from),
    to: date(given.to),
    signal: text(given.signal, 64),
  };
}

/** The filter of an address, without what asks nothing: the same filter is the same key. */
export function filterOf(given: SignalsSearch): Filter {
  const asked = Object.entries(given as Record<string, unknown>);
  return Object.fromEntries(asked.filter(([name, value]) => name !== "signal" && value !== undefined));
}
