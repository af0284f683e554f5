import { useQuery } from "@tanstack/react-query";
import { useAlert } from "@/service/alerts";
import { useWatching, watchlist } from "@/service/questions";
import { useTold } from "@/shared/Told";

/** What one does about a symbol: watch it, be told of it; each undone by its opposite, and said. */
export function useDeeds(symbol: string) {
  const { data } = useQuery(watchlist);
  const { watch, unwatch } = useWatching();
  const alerting = useAlert(symbol);
  const { told, tell, forget } = useTold();
  const isWatched = data?.items.some((one) => one.symbol === symbol) ?? false;

  function toWatch(): void {
    if (watch.isPending || unwatch.isPending) return;
    const [act, back] = isWatched ? [unwatch, watch] : [watch, unwatch];
    const said = isWatched ? `${symbol} is off the watchlist.` : `${symbol} is watched.`;
    act.mutate([symbol], { onSuccess: () => tell(said, () => back.mutate([symbol])) });
  }

  function toAlert(): void {
    const { rule, add, remove } = alerting;
    if (add.isPending || remove.isPending) return;
    if (rule) remove.mutate(rule.id, { onSuccess: () => tell(`Signals of ${symbol} are told no more.`, () => add.mutate()) });
    else add.mutate(undefined, { onSuccess: ({ id }) => tell(`Each new signal of ${symbol} will be told.`, () => remove.mutate(id)) });
  }

  return { isWatched, isTold: alerting.rule !== undefined, watch: toWatch, alert: toAlert, told, forget, error: watch.error ?? unwatch.error ?? alerting.error };
}
