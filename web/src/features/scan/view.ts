/** How the rows are looked at: which columns in which order, sorted by what, and which rows are let through. */
export interface View {
  columns?: string[];
  sort?: string;
  find?: string;
  least?: Record<string, number>;
  /** Looked at so whenever the address says nothing else. */
  by_default?: boolean;
}

/** The columns that a page begins with. */
export const STANDARD = [
  "symbol", "price", "change", "signal", "strength", "rvol", "score", "regime", "stop", "target", "ratio", "confluence", "ml", "pattern", "volume",
]; // prettier-ignore

/** Those of a quick look, which finds no pattern. */
export const OF_QUICK = [
  "symbol", "price", "change", "signal", "strength", "rsi", "macd", "score", "regime", "stop", "target", "ratio", "confluence", "ml",
]; // prettier-ignore

/** A view as it was kept, by this page or by whoever else; what can't be one is left out. */
export function viewOf(kept: Record<string, unknown>): View {
  const { columns, sort, find, least, by_default } = kept;
  const named = Array.isArray(columns) ? columns.filter((one): one is string => typeof one === "string") : [];
  return {
    columns: named.length > 0 ? named : undefined,
    sort: typeof sort === "string" ? sort : undefined,
    find: typeof find === "string" ? find : undefined,
    least: leastOf(least),
    by_default: by_default === true || undefined,
  };
}

export function leastOf(given: unknown): Record<string, number> | undefined {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return undefined;
  const found = Object.entries(given).filter((one): one is [string, number] => typeof one[1] === "number" && Number.isFinite(one[1]));
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}

/** The columns of these names, in this order; where none of them is there, those a page begins with. */
export function arranged<Column extends { id: string }>(every: readonly Column[], names: readonly string[], standard = STANDARD): Column[] {
  const known = new Map(every.map((column) => [column.id, column]));
  const found = [...new Set(names)].map((name) => known.get(name)).filter((column) => column !== undefined);
  return found.length > 0 || names === standard ? found : arranged(every, standard, standard);
}

/** In sight if it was not, out of sight if it was; the last one stays. */
export function toggled(names: readonly string[], name: string): string[] {
  if (!names.includes(name)) return [...names, name];
  return names.length > 1 ? names.filter((one) => one !== name) : [...names];
}

/** A name so many places on, as far as there are any. */
export function moved(names: readonly string[], name: string, by: number): string[] {
  const from = names.indexOf(name);
  if (from < 0) return [...names];
  const to = Math.max(0, Math.min(names.length - 1, from + by));
  return names.filter((one) => one !== name).toSpliced(to, 0, name);
}

interface Order {
  id: string;
  desc: boolean;
}

export const sortingOf = (text: string | undefined): Order[] =>
  (text ?? "").split(",").filter(Boolean).map((one) => ({ id: one.replace(/^-/, ""), desc: one.startsWith("-") }));

export const sortText = (sorting: readonly Order[]): string | undefined =>
  sorting.map(({ id, desc }) => `${desc ? "-" : ""}${id}`).join(",") || undefined;

interface Judged<Line> {
  id: string;
  value: (line: Line) => number | string | undefined;
}

/** The lines whose symbol holds a text and that have at least so much in each column; what is not known is not enough. */
export function passing<Line extends { symbol: string }>(lines: Line[], columns: readonly Judged<Line>[], { find, least }: View): Line[] {
  const text = (find ?? "").trim().toUpperCase();
  const bounds = columns.flatMap(({ id, value }) => (least?.[id] === undefined ? [] : [{ value, bound: least[id] }]));
  if (!text && bounds.length === 0) return lines;
  return lines.filter(
    (line) =>
      line.symbol.toUpperCase().includes(text) &&
      bounds.every(({ value, bound }) => {
        const has = value(line);
        return typeof has === "number" && has >= bound;
      }),
  );
}

/** The view of whoever wants the one that a page begins with, though another is their usual one. */
export const PLAIN = "standard";

interface Kept {
  id: string;
  view: Record<string, unknown>;
}
type Written = Pick<View, "sort" | "find" | "least"> & { columns?: string; view?: string };

/** How rows are looked at: as the address says, all of it; where it says nothing, in the usual view if there is one. */
export function seenAs(address: Written, kept: readonly Kept[] = []): { view: View; id?: string } {
  const { columns, sort, find, least, view } = address;
  const says = [columns, sort, find, least, view].some((one) => one !== undefined);
  const usual = says ? undefined : kept.find((one) => viewOf(one.view).by_default);
  if (usual) return { view: viewOf(usual.view), id: usual.id };
  return { view: { columns: columns?.split(","), sort, find, least }, id: view };
}

/** A view as it stands in an address. */
export const written = ({ columns, sort, find, least }: View, id: string | undefined): Written => ({
  columns: columns?.join(","),
  sort,
  find,
  least,
  view: id,
});
