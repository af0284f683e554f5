import { problemOf } from "@/service/problem";

/** Why a range scan was not taken on, in the API's words, by the API's name of the field they are about; "" for none. */
export type Refusal = Readonly<Record<string, string>>;

const FIELDS = new Set([
  "scanner_type", "start_date", "end_date", "include_tickers", "exclude_tickers", "universe",
]); // prettier-ignore
const OF_KIND: Record<string, string> = { scanner: "scanner_type", "scanner type": "scanner_type", universe: "universe" };
const NO_SUCH_DATA = 404;

interface Said {
  errors?: { at: string; message: string }[];
  kind?: string;
  name?: string;
  column?: number;
}

/** `without`: the symbols that were to be left out. */
export function refusal(error: unknown, without: readonly string[] = []): Refusal {
  if (!error) return {};
  const problem = problemOf(error);
  const said: Said = typeof error === "object" ? error : {};
  const whole = [problem.detail || problem.title, problem.hint].filter(Boolean).join(" — ");
  if (said.errors) return Object.fromEntries(said.errors.map(({ at, message }) => [fieldAt(at), message]));
  if (said.kind === "symbol") {
    const at = without.includes(said.name ?? "") ? "exclude_tickers" : "include_tickers";
    return { [at]: `${problem.detail.replace(/ \([^()]*\)$/, "")}${problem.hint ? ` — ${problem.hint}` : ""}` };
  }
  if (said.kind && OF_KIND[said.kind]) return { [OF_KIND[said.kind] ?? ""]: whole };
  if (said.column !== undefined) return { formula: whole };
  const [, named = "", why = ""] = /^(\w+): (.+)$/s.exec(whole) ?? [];
  if (FIELDS.has(named)) return { [named]: why };
  const [, parameter = ""] = /^(\w+) = .* can't be used/s.exec(problem.detail) ?? [];
  if (parameter) return { [parameter]: problem.hint ?? problem.detail };
  if (problem.status === NO_SUCH_DATA) return { start_date: whole };
  return { "": whole };
}

/** "filters.include_tickers.0" is about `include_tickers`; a floor keeps its group, for a parameter may be called so, too. */
function fieldAt(at: string): string {
  const parts = at.split(".");
  return parts.find((part) => FIELDS.has(part)) ?? (parts[0] === "filters" ? parts.slice(0, 2).join(".") : (parts[1] ?? ""));
}
