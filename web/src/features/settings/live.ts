import type { LiveQuestion } from "@/client";
import { symbolsIn } from "@/service/question";

export type Config = Record<string, Record<string, unknown>>;

interface LiveAsked {
  symbols: string[] | null;
  watchlist: boolean;
  scanners: string[];
  config: Config;
}

/** What a live scanner was started with, as its status says it. */
export function askedOf(said: Record<string, unknown> | null | undefined): LiveAsked {
  const names = (value: unknown) => (Array.isArray(value) ? value.map(String) : null);
  return {
    symbols: names(said?.symbols),
    watchlist: said?.watchlist === true,
    scanners: names(said?.scanners) ?? [],
    config: (said?.config ?? {}) as Config,
  };
}

/** What is written in the form, with the parameters that were. */
export function questionOf(form: FormData, config: Config): LiveQuestion {
  const written = form.get("symbols");
  const symbols = typeof written === "string" ? symbolsIn(written) : [];
  return {
    symbols: symbols.length > 0 ? symbols : null,
    watchlist: form.has("watchlist"),
    scanners: form.getAll("scanners").filter((one) => typeof one === "string"),
    config,
  };
}

export interface Parameter {
  name: string;
  about: string;
  fallback: string;
}

interface Schema {
  description?: string;
  default?: unknown;
}

export const shown = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));

export function parametersOf(schema: Record<string, unknown>): Parameter[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  return Object.entries(properties).map(([name, said]) => ({ name, about: said.description ?? "", fallback: shown(said.default) }));
}

/** The whole config with one scanner's parameters as they are written; one without any is left out. */
export function withParameters(config: Config, scanner: string, known: readonly Parameter[], form: FormData): Config {
  const given = known.flatMap(({ name }): [string, unknown][] => {
    const said = form.get(name);
    return typeof said === "string" && said.trim() !== "" ? [[name, valueOf(said.trim())]] : [];
  });
  const others = Object.fromEntries(Object.entries(config).filter(([name]) => name !== scanner));
  return given.length > 0 ? { ...others, [scanner]: Object.fromEntries(given) } : others;
}

/** "min_price = -1: …" is about the field min_price. */
export function parameterField(detail: string): string | undefined {
  return /^(\w+) = /.exec(detail)?.[1];
}

function valueOf(said: string): unknown {
  if (said === "true" || said === "false") return said === "true";
  return Number.isFinite(Number(said)) ? Number(said) : said;
}
