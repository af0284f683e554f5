import { useQuery } from "@tanstack/react-query";
import { portfoliosListPortfolios } from "@/client";
import { watchlist } from "@/service/questions";
import { stored } from "./scans";

/** Which stocks: all, or those of a type or an exchange, with how many they are. */
export function Universe({ value, change }: { value?: string; change: (value?: string) => void }) {
  const { data } = useQuery(stored);
  const kinds = Object.entries({ ...data?.by_type, ...data?.by_exchange });
  const isUnknown = value !== undefined && !kinds.some(([name]) => name === value);
  return (
    <label className="field">
      <span>Universe</span>
      <select value={value ?? ""} onChange={(event) => change(event.target.value || undefined)}>
        <option value="">{data ? `all stocks · ${data.total}` : "all stocks"}</option>
        {isUnknown && <option value={value}>{value}</option>}
        {kinds.map(([name, count]) => (
          <option key={name} value={name}>
            {name} · {count}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The symbols of the watchlist, or of the portfolio of an id; undefined until they are known, and of no list. */
export function useListed(list: string | undefined): readonly string[] | undefined {
  const isWatchlist = list === "watchlist";
  const { data: watched } = useQuery({ ...watchlist, enabled: isWatchlist });
  const { data: portfolios } = useQuery({
    queryKey: ["portfolios"],
    queryFn: async () => (await portfoliosListPortfolios({ throwOnError: true })).data,
    enabled: list !== undefined && !isWatchlist,
  });
  if (list === undefined) return undefined;
  if (isWatchlist) return watched?.items.map(({ symbol }) => symbol);
  return portfolios && (portfolios.items.find(({ id }) => id === list)?.symbols ?? []);
}
