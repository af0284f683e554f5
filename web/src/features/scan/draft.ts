import type { ScannerDescription } from "@/client";
import { asked, QUICK, symbolsIn, type Asked } from "@/service/question";
import { chosen, read, textOf, type Parameter } from "@/service/parameters";

/** A question that is being written: as it was asked last, and what stands in the fields of its parameters. */
export interface Draft extends Asked {
  scanner: string;
  /** By a parameter's name; where there is none, the field shows the default. */
  texts: Record<string, string>;
}

export function draftOf(question: Asked): Draft {
  return { ...question, scanner: question.scanner ?? QUICK, texts: textsOf(question.config ?? {}) };
}

export const textsOf = (config: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [name, textOf(value)]));

/** Another scanner: of what was written, all that it can be asked too stays. */
export function ofScanner(draft: Draft, scanner: string, known: readonly ScannerDescription[] = []): Draft {
  const about = known.find(({ name }) => name === scanner);
  const fits = !about || !draft.timeframe || about.timeframes.includes(draft.timeframe);
  const when = scanner === QUICK ? { date: undefined, cutoff: undefined, hours: undefined } : {};
  return { ...draft, ...when, scanner, timeframe: fits ? draft.timeframe : undefined, preset: undefined, texts: {} };
}

export interface Field {
  known: Parameter;
  text: string;
  /** Why it can't be asked. */
  wrong?: string;
  value?: unknown;
}

export function fieldsOf(parameters: readonly Parameter[], texts: Record<string, string>): Field[] {
  return parameters.map((known) => {
    const text = texts[known.name] ?? textOf(known.fallback);
    return { known, text, ...read(known, text) };
  });
}

/** The parameters that differ from their defaults; null where one can't be asked. */
export function configOf(fields: readonly Field[]): Record<string, unknown> | null {
  if (fields.some(({ wrong }) => wrong !== undefined)) return null;
  const values = Object.fromEntries(fields.map(({ known, value }) => [known.name, value]));
  return chosen(fields.map(({ known }) => known), values) ?? {};
}

export const isIntraday = ({ timeframe = "1d" }: Asked): boolean => timeframe !== "1d" && timeframe !== "1w";

/** The question that a draft asks: what it can't be asked with these bars is left out. */
export function questionOf(draft: Draft, config: Record<string, unknown>): Asked {
  const within = isIntraday(draft) && draft.scanner !== QUICK;
  return {
    ...asked({ ...draft }),
    hours: within ? draft.hours : undefined,
    cutoff: within ? draft.cutoff : undefined,
    symbols: (draft.symbols && symbolsIn(draft.symbols).join(",")) || undefined,
    config: Object.keys(config).length > 0 ? config : undefined,
  };
}

/** What of a question can be asked of many dates: whole sessions, up to the one that was asked for. */
export const ofRange = ({ scanner, universe, list, symbols, date, config }: Asked) => ({ scanner, universe, list, symbols, config, to: date });
