/** What stands in the address of the lists: which one is shown, and the row that is looked at. */
interface ListsSearch {
  /** Id of a portfolio; the watchlist where there is none. */
  list?: string;
  symbol?: string;
}

export function listsSearch(given: Record<string, unknown>): ListsSearch {
  const text = (name: string) => (typeof given[name] === "string" && given[name] ? given[name] : undefined);
  return { list: text("list"), symbol: text("symbol") };
}
