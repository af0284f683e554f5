import type { Portfolio } from "@/client";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useWatching, watchlist } from "@/service/questions";
import { inOrder } from "@/shared/order";
import { added, moved, restored } from "./order";
import { usePortfolios, useSymbols } from "./portfolios";
import { listsView, useView } from "./view";

/** A list of symbols that can be changed, whoever keeps it. */
export interface Kept {
  symbols: readonly string[];
  add: (symbols: readonly string[]) => void;
  remove: (symbols: readonly string[]) => void;
  move: (symbol: string, by: number) => void;
  /** Put back what was removed, to where it was `before`. */
  restore: (gone: readonly string[], before: readonly string[]) => void;
  error: unknown;
  /** What somebody else had changed when the last change was made. */
  meanwhile: readonly string[];
}

const AT_ONCE = 1000; // symbols of one request
const id = (symbol: string) => symbol;

/** The watchlist, in the order its user gave it. */
export function useWatched(): Kept {
  const { data } = useQuery(watchlist);
  const { data: view } = useQuery(listsView);
  const { watch, unwatch } = useWatching();
  const arrange = useView();
  const coming = watch.isPending ? watch.variables : undefined;
  const going = unwatch.isPending ? unwatch.variables : undefined;
  const symbols = useMemo(() => {
    const oldest = (data?.items ?? []).map(({ symbol }) => symbol).toReversed();
    const there = inOrder(added(oldest, coming ?? []), view?.order ?? [], id);
    return going ? there.filter((symbol) => !going.includes(symbol)) : there;
  }, [data, view, coming, going]);
  const put = (order: readonly string[]) => arrange.mutate((kept) => ({ ...kept, order }));
  const send = (more: readonly string[]) => {
    for (let from = 0; from < more.length; from += AT_ONCE) watch.mutate(more.slice(from, from + AT_ONCE));
  };
  return {
    symbols,
    add: (more) => {
      put(added(symbols, more)); // the service has no order among those that come at once
      send(more);
    },
    remove: (gone) => {
      for (let from = 0; from < gone.length; from += AT_ONCE) unwatch.mutate(gone.slice(from, from + AT_ONCE));
    },
    move: (symbol, by) => put(moved(symbols, symbol, by)),
    restore: (gone, before) => {
      put(restored(symbols.filter((symbol) => !gone.includes(symbol)), gone, before));
      send(gone);
    },
    error: watch.error ?? unwatch.error ?? arrange.error,
    meanwhile: [],
  };
}

/** The symbols of a portfolio, which keeps their order itself. */
export function useHeld(of: Portfolio | undefined): Kept {
  const symbols = useSymbols(of);
  const { change } = usePortfolios();
  const edit = (how: (symbols: readonly string[]) => readonly string[]) => of && change.mutate({ id: of.id, edit: how });
  return {
    symbols,
    add: (more) => edit((there) => added(there, more)),
    remove: (gone) => edit((there) => there.filter((symbol) => !gone.includes(symbol))),
    move: (symbol, by) => edit((there) => moved(there, symbol, by)),
    restore: (gone, before) => edit((there) => restored(there, gone, before)),
    error: change.error,
    meanwhile: change.data?.now.id === of?.id ? (change.data?.meanwhile ?? []) : [],
  };
}
