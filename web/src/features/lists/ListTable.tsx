import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState, type KeyboardEvent, type ReactNode } from "react";
import { Failure } from "@/service/Failure";
import { signals, watchlist } from "@/service/questions";
import { DataTable } from "@/shared/DataTable";
import { columns, type Row } from "./columns";
import type { Kept } from "./kept";
import { listQuotes } from "./quotes";
import { Summary } from "./Summary";
import { listsView, useView, withNote } from "./view";
import { weighed } from "./weight";

interface Props {
  label: string;
  kept: Kept;
  isWatchlist: boolean;
  canWrite: boolean;
  selected?: string;
  select: (symbol: string) => void;
  remove: (symbols: readonly string[]) => void;
  empty: ReactNode;
}

const idOf = (row: Row) => row.symbol;

/** The symbols of a list with what they cost now. Alt and an arrow moves the chosen one, Delete takes it off. */
export function ListTable({ label, kept, isWatchlist, canWrite, selected, select, remove, empty }: Props) {
  const { symbols, move } = kept;
  const { data: now, error, refetch } = useQuery(listQuotes(symbols));
  const { data: active } = useQuery(signals({ status: "active" }));
  const { data: watched } = useQuery(watchlist);
  const { data: view } = useQuery(listsView);
  const arrange = useView();
  const [sorting, sort] = useState<{ id: string; desc: boolean }[]>([]);
  const go = useNavigate();
  const rows = useMemo(() => {
    const quotes = new Map(now?.items.map((quote) => [quote.symbol, quote]));
    const missing = new Map(now?.missing.map((one) => [one.symbol, one.reason]));
    const signalled = new Set(active?.items.map(({ symbol }) => symbol));
    const since = new Map(watched?.items.map(({ symbol, added_at }) => [symbol, added_at]));
    return symbols.map((symbol): Row => ({
      symbol,
      quote: quotes.get(symbol),
      missing: missing.get(symbol),
      note: view?.notes[symbol] ?? "",
      since: since.get(symbol),
      isSignalled: signalled.has(symbol),
    }));
  }, [symbols, now, active, watched, view]);
  const weight = useMemo(() => weighed(symbols, now?.items ?? []), [symbols, now]);
  const isOwnOrder = sorting.length === 0;
  const acts = {
    note: (symbol: string, text: string) => arrange.mutate((before) => withNote(before, symbol, text)),
    move,
    remove: (symbol: string) => remove([symbol]),
    canWrite,
    isOwnOrder,
  };
  function pressed(event: KeyboardEvent): void {
    if (!selected || !canWrite || (event.target as HTMLElement).tagName === "INPUT") return;
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by && event.altKey && isOwnOrder) move(selected, by);
    else if (event.key === "Delete") {
      const at = symbols.indexOf(selected);
      const next = symbols[at + 1] ?? symbols[at - 1];
      remove([selected]);
      if (next) select(next);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  if (symbols.length === 0) return empty;
  return (
    <>
      {error && <Failure error={error} again={() => void refetch()} />}
      {arrange.error && <Failure error={arrange.error} />}
      <Summary weight={weight} />
      {!isOwnOrder && (
        <p className="order-said quiet">
          Sorted.{" "}
          <button type="button" className="plain accent" onClick={() => sort([])}>
            Own order
          </button>
        </p>
      )}
      <div className="list-rows" onKeyDownCapture={pressed}>
        <DataTable
          label={label}
          rows={rows}
          columns={columns(acts, isWatchlist)}
          id={idOf}
          isArranged={isOwnOrder}
          sorting={sorting}
          onSort={sort}
          selected={selected}
          onSelect={(row) => select(row.symbol)}
          onOpen={(row) => void go({ to: "/symbol/$", params: { _splat: row.symbol } })}
        />
      </div>
    </>
  );
}
