import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useAlert } from "@/service/alerts";
import { useWatching, watchlist } from "@/service/questions";

interface Said {
  text: string;
  undo?: () => void;
}

/** What one does about a symbol: watch it, be told of it; each undone by its opposite, and said. */
export function useDeeds(symbol: string) {
  const { data } = useQuery(watchlist);
  const { watch, unwatch } = useWatching();
  const alerting = useAlert(symbol);
  const [said, say] = useState<Said | null>(null);
  const isWatched = data?.items.some((one) => one.symbol === symbol) ?? false;
  const read = useCallback(() => say(null), []);

  function toWatch(): void {
    if (watch.isPending || unwatch.isPending) return;
    const [act, back] = isWatched ? [unwatch, watch] : [watch, unwatch];
    act.mutate([symbol], {
      onSuccess: () =>
        say({
          text: isWatched ? `${symbol} is off the watchlist.` : `${symbol} is watched.`,
          undo: () => back.mutate([symbol], { onSuccess: read }),
        }),
    });
  }

  function toAlert(): void {
    const { rule, add, remove } = alerting;
    if (add.isPending || remove.isPending) return;
    if (rule) remove.mutate(rule.id, { onSuccess: () => say({ text: `Signals of ${symbol} are told no more.`, undo: () => add.mutate(undefined, { onSuccess: read }) }) });
    else
      add.mutate(undefined, {
        onSuccess: (made) => say({ text: `Each new signal of ${symbol} will be told.`, undo: () => remove.mutate(made.id, { onSuccess: read }) }),
      });
  }

  return { isWatched, isTold: alerting.rule !== undefined, watch: toWatch, alert: toAlert, said, read, error: watch.error ?? unwatch.error ?? alerting.error };
}
