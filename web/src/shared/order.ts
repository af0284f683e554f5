/** Rows in an order that was; those it does not know come behind, as they are. */
export function inOrder<Row>(rows: readonly Row[], order: readonly string[], id: (row: Row) => string): Row[] {
  const place = new Map(order.map((name, index) => [name, index]));
  const rank = (row: Row) => place.get(id(row)) ?? order.length;
  return rows.toSorted((a, b) => rank(a) - rank(b));
}
