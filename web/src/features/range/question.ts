import type { ScanRequest, ScanResults } from "@/client";
import { chosen, read, type Parameter } from "@/service/parameters";
import { symbolsIn } from "@/service/question";
import { FLOORS, type Floor, type RangeSearch } from "./address";

/** What is written in the form, as it is written. */
export interface Written {
  scanner: string;
  universe?: string;
  from: string;
  to: string;
  symbols: string;
  without: string;
  floors: Partial<Record<Floor, string>>;
  list?: string;
  /** Parameters by name. */
  config: Record<string, string>;
}

/** What stands in the address: only what differs from the defaults. */
export function searchOf(written: Written, known: readonly Parameter[]): RangeSearch {
  const floors = Object.entries(written.floors).filter(([, text]) => text.trim());
  return {
    scanner: written.scanner,
    universe: written.universe,
    from: written.from || undefined,
    to: written.to || undefined,
    symbols: written.list ? undefined : written.symbols.trim() || undefined,
    without: written.without.trim() || undefined,
    floors: floors.length > 0 ? Object.fromEntries(floors) : undefined,
    list: written.list,
    config: chosen(known, valuesOf(written, known)),
  };
}

/** What is sent. A number that is none is sent as it is written, so that the API says what is wrong with it. */
export function requestOf(written: Written, known: readonly Parameter[]): ScanRequest {
  const floors = FLOORS.flatMap((name) => {
    const text = written.floors[name]?.trim() ?? "";
    const value = Number(text);
    return text === "" ? [] : [[name, Number.isFinite(value) ? value : text] as const];
  });
  return {
    scanner_type: written.scanner,
    start_date: written.from,
    end_date: written.to,
    filters: {
      include_tickers: symbolsIn(written.symbols),
      exclude_tickers: symbolsIn(written.without),
      universe: written.universe ?? null,
      ...Object.fromEntries(floors),
    },
    config: chosen(known, valuesOf(written, known)) ?? {},
  };
}

/** The address of the form that asks for what was asked. */
export function searchFor(asked: ScanResults["asked"], known: readonly Parameter[]): RangeSearch {
  const { filters = {}, config = {} } = asked;
  const floors = FLOORS.filter((name) => filters[name]).map((name) => [name, String(filters[name])]);
  return {
    scanner: asked.scanner_type,
    universe: filters.universe ?? undefined,
    from: asked.start_date,
    to: asked.end_date,
    symbols: filters.include_tickers?.join(" ") || undefined,
    without: filters.exclude_tickers?.join(" ") || undefined,
    floors: floors.length > 0 ? (Object.fromEntries(floors) as RangeSearch["floors"]) : undefined,
    config: known.length > 0 ? chosen(known, config) : config,
  };
}

function valuesOf(written: Written, known: readonly Parameter[]): Record<string, unknown> {
  return Object.fromEntries(
    known.flatMap((one) => {
      const text = written.config[one.name];
      if (text === undefined) return [];
      const answer = read(one, text);
      return "value" in answer ? [[one.name, answer.value]] : [[one.name, text]];
    }),
  );
}

/** A value as it is written into a field. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}
