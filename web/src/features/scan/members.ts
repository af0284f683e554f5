import type { QueryClient } from "@tanstack/react-query";
import { portfoliosGetPortfolio } from "@/client";
import { symbolsIn, WATCHLIST, type Asked } from "@/service/question";
import { watchlist } from "@/service/questions";

/** The symbols that a question is about, where it names them or a list of them; raises for a list that is empty. */
export async function amongOf(queries: QueryClient, { symbols, list }: Asked): Promise<string[] | undefined> {
  if (symbols) return symbolsIn(symbols);
  if (!list) return undefined;
  const found = list === WATCHLIST ? (await queries.query(watchlist)).items.map(({ symbol }) => symbol) : await portfolio(list);
  if (found.length > 0) return found;
  const title = list === WATCHLIST ? "Your watchlist is empty" : "The portfolio is empty";
  throw Object.assign(new Error(title), { status: 422, title, detail: "There is nobody to scan: add symbols to it, or choose another universe." });
}

async function portfolio(id: string): Promise<string[]> {
  return (await portfoliosGetPortfolio({ path: { portfolio_id: id }, throwOnError: true })).data.symbols;
}
