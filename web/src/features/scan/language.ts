import type { WordAnswer } from "@/client";

/** Pieces of a formula as it is drawn: names, and what stands between them. */
interface Piece {
  at: number;
  text: string;
  isName: boolean;
}

const NAME = /(?:raw\.)?[A-Za-z_]\w*/g;

/** A formula in pieces that, put together, are it again. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(NAME)) {
    if (match.index > at) found.push({ at, text: text.slice(at, match.index), isName: false });
    found.push({ at: match.index, text: match[0], isName: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ at, text: text.slice(at), isName: false });
  return found;
}

/** Where a column that the service counted, in whole characters, is in a text of the browser. */
export const placeOf = (text: string, column: number): number => Array.from(text).slice(0, column).join("").length;

/** The stretch that a mistake is underlined at: the name there, else the sign, else the last sign of the formula. */
export function mistaken(text: string, place: number): { from: number; to: number } {
  const name = /^(?:[A-Za-z_]\w*|\d[\w.]*)/.exec(text.slice(place))?.[0];
  if (name) return { from: place, to: place + name.length };
  const from = Math.min(place, Math.max(text.trimEnd().length - 1, 0));
  return { from, to: Math.min(from + 1, text.length) };
}

/** The call that a caret stands in, and at which of its arguments, from 0. */
export function callAt(text: string, caret: number): { name: string; argument: number } | null {
  let depth = 0;
  let argument = 0;
  for (let at = caret - 1; at >= 0; at--) {
    const sign = text.charAt(at);
    if (sign === ")" || sign === "]") depth++;
    else if (sign === "(" || sign === "[") {
      if (depth === 0) {
        const name = sign === "(" ? /([A-Za-z_]\w*)\s*$/.exec(text.slice(0, at))?.[1] : undefined;
        if (name && !JOINING.has(name.toLowerCase())) return { name, argument };
        argument = 0; // a bracket of its own: what it is an argument of stands further out
      } else depth--;
    } else if (sign === "," && depth === 0) argument++;
  }
  return null;
}

const JOINING = new Set(["and", "or", "not"]);
const TIMEFRAMES = ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"];
const MOST = 12;

/** What may be meant: `shown` in the list, `text` put in with the caret then at `caret` of it. */
export interface Choice {
  shown: string;
  about: string;
  text: string;
  caret: number;
}

interface Choices {
  from: number;
  to: number;
  items: Choice[];
}

/** What can be put in at a caret, the nearest first; null where nothing is being written there, or `asked` for. */
export function choices(words: readonly WordAnswer[], text: string, caret: number, asked = false): Choices | null {
  const before = text.slice(0, caret);
  const found = timeframes(before, text, caret) ?? fields(words, before, caret) ?? names(words, before, text, caret, asked);
  if (!found || found.items.length === 0) return null;
  const [only] = found.items;
  const isThere = found.items.length === 1 && only?.text === text.slice(found.from, found.to);
  return isThere ? null : found;
}

function timeframes(before: string, text: string, caret: number): Choices | null {
  const match = /\bon\(\s*(["'])(\w*)$/.exec(before);
  if (!match) return null;
  const [, quote = '"', begun = ""] = match;
  const close = text.charAt(caret) === quote ? "" : quote;
  const items = TIMEFRAMES.filter((one) => one.startsWith(begun)).map((one) => ({ ...plain(one, "bars of"), text: one + close, caret: one.length + 1 }));
  return { from: caret - begun.length, to: caret, items };
}

/** The values of a call that has several, behind the dot. */
function fields(words: readonly WordAnswer[], before: string, caret: number): Choices | null {
  const match = /\)\s*\.(\w*)$/.exec(before);
  if (!match) return null;
  const name = calledBefore(before, match.index);
  const word = words.find((one) => one.name === name);
  const begun = match[1] ?? "";
  const items = (word?.fields ?? []).filter((one) => one.startsWith(begun)).map((one) => plain(one, `of ${name ?? ""}`));
  return { from: caret - begun.length, to: caret, items };
}

/** The name before the bracket that the one at `close` closes. */
function calledBefore(text: string, close: number): string | undefined {
  let depth = 0;
  for (let at = close; at >= 0; at--) {
    if (text.charAt(at) === ")") depth++;
    if (text.charAt(at) === "(" && --depth === 0) return /(\w+)\s*$/.exec(text.slice(0, at))?.[1];
  }
  return undefined;
}

function names(words: readonly WordAnswer[], before: string, text: string, caret: number, asked: boolean): Choices | null {
  const begun = /(?:\braw\.\w*|[A-Za-z_]\w*)$/.exec(before)?.[0] ?? "";
  if (!begun && !asked) return null;
  if (/[\d.]$/.test(before.slice(0, before.length - begun.length))) return null; // 5k, macd().x: no name begins here
  const rest = /^\w*/.exec(text.slice(caret))?.[0] ?? "";
  const next = text.charAt(caret + rest.length);
  const call = callAt(text, caret);
  const named = words.find(({ name }) => name === call?.name)?.parameters ?? [];
  const every = [
    ...named.map((one) => ({ ...plain(`${one.name}=`, `a ${one.kind} of ${call?.name ?? ""}`), rank: 1 })),
    ...words.map((word) => ({ ...(word.kind === "function" ? called(word, next) : plain(word.name, word.meaning)), rank: 0 })),
    ...[...JOINING].map((one) => ({ ...plain(one, "joins conditions"), rank: 2 })),
  ];
  const items = every.map((one) => ({ one, far: far(one.text, begun) })).filter(({ far: at }) => at < NOT);
  items.sort((a, b) => a.far - b.far || a.one.rank - b.one.rank || (a.one.text < b.one.text ? -1 : 1));
  return { from: caret - begun.length, to: caret + rest.length, items: items.slice(0, MOST).map(({ one: { shown, about, text: put, caret: at } }) => ({ shown, about, text: put, caret: at })) };
}

const NOT = 3;

/** Begins so, holds it, or neither. */
function far(name: string, begun: string): number {
  const place = name.toLowerCase().indexOf(begun.toLowerCase());
  return place === 0 ? 0 : place > 0 ? 1 : NOT;
}

const plain = (text: string, about: string): Choice => ({ shown: text, about, text, caret: text.length });

/** A call with its brackets, the caret between them where something can stand there. */
function called({ name, signature, meaning, parameters }: WordAnswer, next: string): Choice {
  const text = next === "(" ? name : `${name}()`;
  return { shown: signature, about: meaning, text, caret: name.length + (parameters.length > 0 || next === "(" ? 1 : 2) };
}

export function put({ from, to }: Choices, choice: Choice, text: string): { text: string; caret: number } {
  return { text: text.slice(0, from) + choice.text + text.slice(to), caret: from + choice.caret };
}

/** A meaning without the marks of its markup. */
export const readable = (meaning: string): string => meaning.replace(/`([^`]*)`/g, "$1").replace(/\*(\w+)\*/g, "$1");
