import { added } from "./order";

/** What a portfolio holds. */
export interface Body {
  name: string;
  description: string;
  symbols: readonly string[];
}

const TEXTS = ["name", "description"] as const;
export type TextField = (typeof TEXTS)[number];

const LISTED = 12;
const list = (symbols: readonly string[]): string =>
  symbols.slice(0, LISTED).join(", ") + (symbols.length > LISTED ? ` and ${symbols.length - LISTED} more` : "");
const without = (symbols: readonly string[], those: readonly string[]): string[] => {
  const gone = new Set(those);
  return symbols.filter((symbol) => !gone.has(symbol));
};
const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((symbol, at) => symbol === b[at]);

/** What became of a portfolio, a sentence a change. */
export function changes(before: Body, after: Body): string[] {
  const found: string[] = [];
  if (before.name !== after.name) found.push(`it is called “${after.name}” now, no longer “${before.name}”`);
  if (before.description !== after.description) found.push(after.description ? "it has another description" : "its description is gone");
  const more = without(after.symbols, before.symbols);
  const gone = without(before.symbols, after.symbols);
  if (more.length > 0) found.push(`added: ${list(more)}`);
  if (gone.length > 0) found.push(`removed: ${list(gone)}`);
  if (more.length + gone.length === 0 && !same(before.symbols, after.symbols)) found.push("its symbols stand in another order");
  return found;
}

interface Merged {
  body: Body;
  /** Texts that both have changed, each to something else: `body` has mine. */
  clashes: TextField[];
}

/** What two have made of the same portfolio, brought together: symbols of both, less those that either removed. */
export function merged(base: Body, mine: Body, theirs: Body): Merged {
  const clashes = TEXTS.filter((name) => mine[name] !== base[name] && theirs[name] !== base[name] && mine[name] !== theirs[name]);
  const text = (name: TextField) => (mine[name] === base[name] ? theirs[name] : mine[name]);
  const symbols = same(theirs.symbols, base.symbols)
    ? mine.symbols
    : added(without(theirs.symbols, without(base.symbols, mine.symbols)), without(mine.symbols, base.symbols));
  return { body: { name: text("name"), description: text("description"), symbols }, clashes };
}
