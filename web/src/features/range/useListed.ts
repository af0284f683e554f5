import { useQuery } from "@tanstack/react-query";
import { WATCHLIST } from "@/service/question";
import { portfolios, watchlist } from "@/service/questions";

/** The symbols of the watchlist, or of the portfolio of an id; undefined until they are known, and of no list. */
export function useListed(list: string | undefined): readonly string[] | undefined {
  const isWatchlist = list === WATCHLIST;
  const { data: watched } = useQuery({ ...watchlist, enabled: isWatchlist });
  const { data: held } = useQuery({ ...portfolios, enabled: list !== undefined && !isWatchlist });
  if (list === undefined) return undefined;
  if (isWatchlist) return watched?.items.map(({ symbol }) => symbol);
  return held && (held.items.find(({ id }) => id === list)?.symbols ?? []);
}
