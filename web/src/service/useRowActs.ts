import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { Tell } from "@/shared/Told";
import { useRowKeys } from "@/shared/useRowKeys";
import { addAlert, isAbout, removeAlert, rules } from "./alerts";
import { problemOf } from "./problem";
import { useWatching, watchlist } from "./questions";

interface Row {
  symbol?: string | null;
  /** Export the rows in sight. */
  write?: () => void;
}

/** What is done about the row that is chosen, each undone by its opposite: `w` watch, `a` be told of its signals, `x` export. */
export function useRowActs(tell: Tell, { symbol, write }: Row) {
  const watch = useWatch(tell);
  const alert = useAlert(tell);
  useRowKeys({ ...(symbol && { w: () => watch(symbol), a: () => alert(symbol) }), ...(write && { x: write }) });
  return { watch, alert };
}

/** To the watchlist, and off it again by undo. */
function useWatch(tell: Tell): (symbol: string) => void {
  const { data } = useQuery(watchlist);
  const { watch, unwatch } = useWatching();
  return (symbol) => {
    if (data?.items.some((one) => one.symbol === symbol)) tell(`${symbol} is on your watchlist already`);
    else
      watch.mutate([symbol], {
        onSuccess: () => tell(`${symbol} is on your watchlist`, () => unwatch.mutate([symbol])),
        onError: (error) => tell(problemOf(error).detail),
      });
  };
}

/** Told of a symbol's signals from now on; by a rule of its own, which undo takes away again. */
function useAlert(tell: Tell): (symbol: string) => void {
  const queries = useQueryClient();
  return (symbol) => {
    const failed = (error: unknown) => tell(problemOf(error).detail);
    const remove = async (id: string) => {
      await removeAlert(queries, id);
      tell(`You are not told of signals of ${symbol} any more`);
    };
    const add = async () => {
      const known = await queries.query({ ...rules, staleTime: 0 });
      if (known.some((rule) => isAbout(rule, symbol))) {
        tell(`You are told of signals of ${symbol} already`);
        return;
      }
      const { id } = await addAlert(queries, symbol);
      tell(`You will be told of signals of ${symbol}`, () => void remove(id).catch(failed));
    };
    add().catch(failed);
  };
}
