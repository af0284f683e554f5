import { useQuery } from "@tanstack/react-query";
import { portfoliosListPortfolios, rangeScansGetUniverse } from "@/client";
import { WATCHLIST, type Asked } from "@/service/question";
import { watchlist } from "@/service/questions";

type Chosen = Pick<Asked, "universe" | "list" | "symbols">;
const SOME = "some";

interface Props {
  chosen: Chosen;
  change: (chosen: Chosen) => void;
}

/** Whom to ask: everybody, a type or exchange, the watchlist, a portfolio, or some symbols by name. */
export function Among({ chosen, change }: Props) {
  const { data } = useQuery({
    queryKey: ["universe"],
    queryFn: async () => (await rangeScansGetUniverse({ throwOnError: true })).data,
    staleTime: 300_000,
  });
  const { data: watched } = useQuery(watchlist);
  const { data: portfolios } = useQuery({
    queryKey: ["portfolios"],
    queryFn: async () => (await portfoliosListPortfolios({ throwOnError: true })).data,
  });
  const kinds = Object.entries({ ...data?.by_type, ...data?.by_exchange });
  const lists: [string, string, number][] = [
    [WATCHLIST, "my watchlist", watched?.items.length ?? 0],
    ...(portfolios?.items ?? []).map(({ id, name, symbols }): [string, string, number] => [id, name, symbols.length]),
  ];
  const { universe, list, symbols } = chosen;
  const isUnknown = (universe !== undefined && !kinds.some(([name]) => name === universe)) || (list !== undefined && !lists.some(([id]) => id === list));
  const value = symbols !== undefined ? SOME : list !== undefined ? `list ${list}` : universe !== undefined ? `of ${universe}` : "";
  function choose(next: string): void {
    if (next === SOME) change({ symbols: "" });
    else if (next.startsWith("list ")) change({ list: next.slice(5) });
    else change({ universe: next.slice(3) || undefined });
  }
  return (
    <>
      <label className="field">
        <span>Universe</span>
        <select value={value} onChange={(event) => choose(event.target.value)}>
          <option value="">{data ? `all stocks · ${data.total}` : "all stocks"}</option>
          {isUnknown && <option value={value}>{universe ?? "a list"}</option>}
          {kinds.map(([name, count]) => (
            <option key={name} value={`of ${name}`}>
              {name} · {count}
            </option>
          ))}
          <optgroup label="lists">
            {lists.map(([id, name, count]) => (
              <option key={id} value={`list ${id}`}>
                {name} · {count}
              </option>
            ))}
            <option value={SOME}>symbols …</option>
          </optgroup>
        </select>
      </label>
      {symbols !== undefined && (
        <label className="field symbols">
          <span>Symbols</span>
          <input value={symbols} autoFocus={symbols === ""} maxLength={5000} placeholder="NVDA AAPL" spellCheck={false} onChange={(event) => change({ symbols: event.target.value })} />
        </label>
      )}
    </>
  );
}
