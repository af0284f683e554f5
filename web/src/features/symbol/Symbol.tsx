import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Bars, Quote } from "@/client";
import { DeepCards } from "@/service/DeepCards";
import { Failure } from "@/service/Failure";
import { bars, deep, quotes, signals, useWatching, watchlist } from "@/service/questions";
import { Empty, Skeleton } from "@/shared/Empty";
import { day, fixed, price, short, sign, signed, span, words } from "@/shared/format";
import { Labels, Side } from "@/shared/marks";
import { TIMEFRAMES, type SymbolSearch, type Timeframe } from "./address";
import { Chart } from "./Chart";

const route = getRouteApi("/frame/symbol/$");
const KEYS: Record<string, Timeframe> = { "1": "1m", "5": "5m", h: "1h", "4": "4h", d: "1d", w: "1w" };

/** A symbol: its chart with what was signalled and where it would be wrong, and what is known of it. */
export function SymbolPage() {
  const symbol = route.useParams()._splat ?? "";
    const shown = route.useSearch();
  const { timeframe = "1d", averages = true } = shown;
  const go = useNavigate();
  const drawn = useQuery(bars(symbol, timeframe));
  const { data: told } = useQuery(signals({ symbol }));
  const { data: known } = useQuery({ ...deep(symbol), retry: false });
  const { data: quoted } = useQuery(quotes([symbol]));
  const search = (change: SymbolSearch) => void go({ to: "/symbol/$", params: { _splat: symbol }, search: { ...shown, ...change }, replace: true });
  useTimeframeKeys((next) => search({ timeframe: next }));
  return (
    <div className="symbol">
      <section className="chart-side" aria-label={`Chart of ${symbol}`}>
        <div className="timeframes" role="group" aria-label="Timeframe">
          {TIMEFRAMES.map((one) => (
            <button key={one} type="button" className={`plain ${one === timeframe ? "on" : ""}`} aria-pressed={one === timeframe} onClick={() => search({ timeframe: one })}>
              {one}
            </button>
          ))}
          <span className="room" />
          <label>
            <input type="checkbox" checked={averages} onChange={(event) => search({ averages: event.target.checked ? undefined : false })} /> averages 20 · 50
          </label>
        </div>
        {drawn.error && !drawn.data ? (
          <Failure error={drawn.error} again={() => void drawn.refetch()} />
        ) : !drawn.data ? (
          <Skeleton rows={14} />
        ) : drawn.data.bars.length === 0 ? (
          <Empty title={`No ${timeframe} bars of ${symbol} are stored`}>Another timeframe may have some.</Empty>
        ) : (
          <Chart bars={drawn.data} signals={told?.items ?? []} levels={known?.sl_tp} averages={averages} />
        )}
      </section>
      <aside className="about" aria-label={`About ${symbol}`}>
        <Head symbol={symbol} quote={quoted?.items.find((one) => one.symbol === symbol)} bars={drawn.data} />
        <DeepCards symbol={symbol} />
        <section>
          <h2>Signals of {symbol}</h2>
          {told?.items.length ? (
            <ul className="past">
              {told.items.slice(0, 20).map((one) => (
                <li key={one.id}>
                  <time>{day(one.bar_time)}</time> <Side direction={one.direction} /> {words(one.pattern)}{" "}
                  <span className="quiet">
                    {words(one.outcome)} {one.r !== null && `${signed(one.r, 1)} R`}
                  </span>
                </li>
              ))}
            </ul>
          ) : (
            <p className="quiet">None yet.</p>
          )}
        </section>
      </aside>
    </div>
  );
}

function Head({ symbol, quote, bars }: { symbol: string; quote?: Quote; bars?: Bars }) {
  const { data } = useQuery(watchlist);
  const { watch, unwatch } = useWatching();
  const isWatched = data?.items.some((one) => one.symbol === symbol) ?? false;
  const last = bars?.bars.at(-1);
  return (
    <header className="of-symbol wide">
      <h1>{symbol}</h1>
      <button type="button" className="plain" aria-pressed={isWatched} onClick={() => (isWatched ? unwatch : watch).mutate([symbol])}>
        {isWatched ? "watched ✓" : "+ watch"}
      </button>
      <p className="large">
        {price(quote?.last)} <span className={sign(quote?.change_pct)}>{signed(quote?.change_pct)} %</span>
      </p>
      <p className="quiet">
        RVOL {fixed(quote?.rvol, 1)} · volume {short(quote?.volume)}
        {last && (
          <>
            {" "}
            · last bar {price(last.low)} – {price(last.high)}
          </>
        )}
        {quote && quote.age > 3600 && <> · {span(quote.age)} old</>}
      </p>
      <p>
        <Labels labels={quote?.labels ?? []} />
      </p>
    </header>
  );
}

function useTimeframeKeys(show: (timeframe: Timeframe) => void): void {
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      const next = KEYS[event.key];
      const isElsewhere = event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented;
      if (!next || isElsewhere || /^(INPUT|TEXTAREA|SELECT)$/.test((event.target as HTMLElement).tagName)) return;
      show(next);
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}
