import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo, useState } from "react";
import type { Quote } from "@/client";
import { Age } from "@/service/Age";
import { Failure } from "@/service/Failure";
import { problemOf } from "@/service/problem";
import { symbolsIn } from "@/service/question";
import { overview, quotes, signals, useWatching, watchlist } from "@/service/questions";
import { useTicker } from "@/service/ticker";
import { DataTable, type Column } from "@/shared/DataTable";
import { Empty, Skeleton } from "@/shared/Empty";
import { fixed, price, sign, signed } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { Sparkline } from "@/shared/Sparkline";
import { useFlash } from "@/shared/useFlash";
import { common } from "./tape";

const FIRST = 8;

interface Watched {
  symbol: string;
  quote?: Quote;
  /** Why there is no quote. */
  missing?: string;
  isSignalled: boolean;
}

/** The last price; one that is older than the market's says so. */
function Last({ quote, missing }: { quote?: Quote; missing?: string }) {
  const element = useFlash<HTMLSpanElement>(quote?.last);
  const stale = quote?.labels.find((label) => label.startsWith("stale"));
  return (
    <span ref={element} className={stale ? "warned" : ""} title={stale ?? missing}>
      {price(quote?.last)}
    </span>
  );
}

const COLUMNS: Column<Watched>[] = [
  {
    id: "symbol",
    title: "symbol",
    width: 84,
    value: (row) => row.symbol,
    cell: (row) => (
      <>
        <b>{row.symbol}</b> {row.isSignalled && <i className="dot signalled" role="img" aria-label="a signal is active" />}
      </>
    ),
  },
  { id: "last", title: "last", width: 76, isNumber: true, value: (row) => row.quote?.last ?? undefined, cell: (row) => <Last quote={row.quote} missing={row.missing} /> },
  {
    id: "change",
    title: "chg %",
    width: 62,
    isNumber: true,
    value: (row) => row.quote?.change_pct ?? undefined,
    cell: (row) => <span className={sign(row.quote?.change_pct)}>{signed(row.quote?.change_pct)}</span>,
  },
  { id: "line", title: "30 d", width: 80, value: () => undefined, cell: (row) => <Sparkline values={row.quote?.sparkline ?? []} /> },
  { id: "rvol", title: "RVOL", width: 52, isNumber: true, value: (row) => row.quote?.rvol ?? undefined, cell: (row) => fixed(row.quote?.rvol, 1) },
];
const idOf = (row: Watched) => row.symbol;

/** What is watched; `chosen` is the symbol that is looked at, here or in another column. */
export function Watchlist({ chosen, choose }: { chosen?: string; choose: (symbol: string) => void }) {
  const watched = useQuery(watchlist);
  const symbols = useMemo(() => (watched.data?.items ?? []).map(({ symbol }) => symbol).toSorted(), [watched.data]);
  const now = useQuery(quotes(symbols));
  useTicker(symbols);
  const { data: active } = useQuery(signals({ status: "active" }));
  const rows = useMemo(() => {
    const found = new Map(now.data?.items.map((quote) => [quote.symbol, quote]));
    const signalled = new Set(active?.items.filter(({ status }) => status === "active").map(({ symbol }) => symbol));
    const missing = new Map(now.data?.missing.map(({ symbol, reason }) => [symbol, reason]));
    return symbols.map((symbol): Watched => {
      return { symbol, quote: found.get(symbol), missing: missing.get(symbol), isSignalled: signalled.has(symbol) };
    });
  }, [symbols, now.data, active]);
  const { data: market } = useQuery(overview);
  const labels = market ? [] : common(now.data?.items ?? []); // the status strip says them where it can
  const go = useNavigate();
  const open = useCallback((row: Watched) => void go({ to: "/symbol/$", params: { _splat: row.symbol } }), [go]);
  return (
    <section className="column watch" aria-label="Watchlist">
      <header>
        <h2>Watchlist</h2>
        <Labels labels={labels} />
        <Age of={symbols.length > 0 ? now : watched} />
        <Add />
      </header>
      {now.error && !now.data && (
        <p className="note" role="alert" title={problemOf(now.error).detail}>
          Last prices: {problemOf(now.error).title.toLowerCase()}.{" "}
          <button type="button" className="plain accent" onClick={() => void now.refetch()}>
            Try again
          </button>
        </p>
      )}
      {watched.error && !watched.data ? (
        <Failure error={watched.error} again={() => void watched.refetch()} />
      ) : !watched.data ? (
        <Skeleton />
      ) : rows.length === 0 ? (
        <Begin />
      ) : (
        <DataTable label="Watched symbols" rows={rows} columns={COLUMNS} id={idOf} selected={chosen} onSelect={({ symbol }) => choose(symbol)} onOpen={open} />
      )}
    </section>
  );
}

function Add() {
  const [text, write] = useState("");
  const { watch } = useWatching();
  return (
    <form
      className={`add ${watch.error ? "wrong" : ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        const symbols = symbolsIn(text);
        if (symbols.length > 0) watch.mutate(symbols, { onSuccess: () => write("") });
      }}
    >
      <input value={text} maxLength={200} placeholder="+ symbol" aria-label="Add symbols to the watchlist" onChange={(event) => write(event.target.value)} />
      {watch.error && (
        <p className="refusal" role="alert">
          {problemOf(watch.error).detail}
        </p>
      )}
    </form>
  );
}

function Begin() {
  const { data } = useQuery(overview);
  const { watch } = useWatching();
  const active = data?.most_active.slice(0, FIRST).map(({ symbol }) => symbol) ?? [];
  return (
    <Empty
      title="The symbols you watch, with their last price, how they moved and a month of closes"
      action={
        active.length > 0 && (
          <Button size="xs" variant="default" onClick={() => watch.mutate(active)}>
            Begin with the {active.length} most active
          </Button>
        )
      }
    >
      Add one above, or press w on a row anywhere.
    </Empty>
  );
}
