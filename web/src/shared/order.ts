/** A column that rows are sorted by. */
export interface Sort {
  id: string;
  desc: boolean;
}
export type Sorting = readonly Sort[];

type Value = number | string | undefined;
interface Sortable<Row> {
  id: string;
  isNumber?: boolean;
  value: (row: Row) => Value;
}

const words = new Intl.Collator();

/** Rows sorted by columns, the first of them first; who has no value stands last either way. */
export function sorted<Row>(rows: readonly Row[], columns: readonly Sortable<Row>[], sorting: Sorting): readonly Row[] {
  const by = sorting.flatMap(({ id, desc }) => {
    const column = columns.find((one) => one.id === id);
    return column ? [{ values: rows.map(column.value), way: desc ? -1 : 1 }] : [];
  });
  if (by.length === 0) return rows;
  const places = rows.map((_, place) => place);
  places.sort((a, b) => {
    for (const { values, way } of by) {
      const order = compared(values[a], values[b], way);
      if (order !== 0) return order;
    }
    return a - b;
  });
  return places.flatMap((place) => rows[place] ?? []);
}

const isNone = (value: Value): boolean => value === undefined || Number.isNaN(value);

function compared(a: Value, b: Value, way: number): number {
  const [hasNone, otherHasNone] = [isNone(a), isNone(b)];
  if (hasNone || otherHasNone) return Number(hasNone) - Number(otherHasNone);
  return way * (typeof a === "number" && typeof b === "number" ? a - b : words.compare(String(a), String(b)));
}

/** Sorting after a click on a column's title: its usual way, then the other, then no more; `adds`: to that of others. */
export function clicked(sorting: Sorting, { id, isNumber = false }: { id: string; isNumber?: boolean }, adds: boolean): Sort[] {
  const is = sorting.find((one) => one.id === id);
  const next = is ? (is.desc === isNumber ? [{ id, desc: !is.desc }] : []) : [{ id, desc: isNumber }];
  if (!adds) return next;
  return is ? sorting.flatMap((one) => (one.id === id ? next : [one])) : [...sorting, ...next];
}

/** Rows in an order that was; those it does not know come behind, as they are. The same rows, where they stand in it already. */
export function inOrder<Row>(rows: readonly Row[], order: readonly string[], id: (row: Row) => string): readonly Row[] {
  if (rows.length === order.length && rows.every((row, index) => id(row) === order[index])) return rows;
  const place = new Map(order.map((name, index) => [name, index]));
  const rank = (row: Row) => place.get(id(row)) ?? order.length;
  return rows.toSorted((a, b) => rank(a) - rank(b));
}
