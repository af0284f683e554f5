import { asked, addressText, type Asked } from "@/service/question";
import { leastOf } from "./view";

/** What stands in the address of the scan page: the question that was asked, and how its answer is looked at. */
export interface ScanSearch extends Asked {
  /** The row that is looked at. */
  symbol?: string;
  /** Columns by name, with commas between; "-" before one: from the greatest. */
  sort?: string;
  /** The columns in sight, in their order, with commas between. */
  columns?: string;
  /** The saved view that these came from. */
  view?: string;
  /** Part of a symbol. */
  find?: string;
  /** By a column's name, the least that a row must have there. */
  least?: Record<string, number>;
}

export function scanSearch(given: Record<string, unknown>): ScanSearch {
  const text = (name: string) => addressText(given[name]);
  return {
    ...asked(given),
    symbol: text("symbol"),
    sort: text("sort"),
    columns: text("columns"),
    view: text("view"),
    find: text("find"),
    least: leastOf(given.least),
  };
}
