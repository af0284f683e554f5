import "./symbol.css";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { ShownSignal } from "@/client";
import { DeepCards } from "@/service/DeepCards";
import { explained } from "@/service/explained";
import { Failure } from "@/service/Failure";
import { problemOf } from "@/service/problem";
import { deep, quotes, signals as signalsOf } from "@/service/questions";
import { Empty, Skeleton } from "@/shared/Empty";
import { barTime, setup } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { Telling } from "@/shared/Told";
import { symbolSearch, TIMEFRAMES, type SymbolSearch } from "./address";
import { BarTable } from "./BarTable";
import { Chart } from "./Chart";
import { Head } from "./Head";
import { chosen as chosenOf, type Indicator } from "./indicators";
import { deepLevels, levelsOf, ownLevels } from "./levels";
import { Past } from "./Past";
import { isDaily } from "./series";
import { Toolbar } from "./Toolbar";
import { Unknown } from "./Unknown";
import { useBars, type Shown } from "./useBars";
import { useDeeds } from "./useDeeds";
import { useKeys } from "./useKeys";
import { useLines } from "./useLines";

const route = getRouteApi("/frame/symbol/$");
const NONE: ShownSignal[] = [];
/** As many as a page holds. */
const MOST_SIGNALS = 1000;
const GOES_ON = ["active", "triggered"];

/** A symbol: its chart with what was signalled and where it would be wrong, and what is known of it. */
export function SymbolPage() {
  const symbol = route.useParams()._splat ?? "";
  return <OfSymbol key={symbol} symbol={symbol} />;
}

function OfSymbol({ symbol }: { symbol: string }) {
  const seen = route.useSearch();
  const { timeframe = "1d", hours = "regular" } = seen;
  const go = useNavigate();
  const change = useCallback(
    (next: SymbolSearch) => void go({ to: "/symbol/$", params: { _splat: symbol }, search: (before) => symbolSearch({ ...before, ...next }), replace: true }),
    [go, symbol],
  );
  const found = useBars(symbol, timeframe, hours);
  const { data: told } = useQuery(signalsOf({ symbol, limit: MOST_SIGNALS }));
  const { data: quoted } = useQuery(quotes([symbol]));
  const signals = told?.items ?? NONE;
  const chosen = signals.find(({ id }) => id === seen.signal) ?? signals.find(({ status }) => GOES_ON.includes(status));
  const choose = useCallback((id: string) => change({ signal: id === seen.signal ? undefined : id }), [change, seen.signal]);
  const deeds = useDeeds(symbol);
  useKeys({
    show: (next) => change({ timeframe: next }),
    watch: deeds.watch,
    alert: deeds.alert,
    table: () => change({ as: seen.as ? undefined : "table" }),
  });
  const isUnknown = found.error !== null && problemOf(found.error).status === 404 && quoted?.items.length === 0;
  if (isUnknown && !found.shown) return <Unknown symbol={symbol} error={found.error} />;
  return (
    <div className="symbol">
      <section className="chart-side" aria-label={`Chart of ${symbol}`}>
        {found.shown ? (
          <Drawn {...{ symbol, seen, change, signals, chosen, choose }} shown={found.shown} found={found} />
        ) : (
          <>
            <Toolbar shown={seen} isCoin={symbol.includes("/")} change={change} refused={{}} />
            {found.error ? <NoBars symbol={symbol} timeframe={timeframe} error={found.error} again={found.again} change={change} /> : <Skeleton rows={14} />}
          </>
        )}
      </section>
      <aside className="about" aria-label={`About ${symbol}`}>
        <Head symbol={symbol} live={found.shown?.live} today={found.shown?.today} isWatched={deeds.isWatched} watch={deeds.watch} isTold={deeds.isTold} alert={deeds.alert} />
        <Telling told={deeds.told} forget={deeds.forget} />
        {deeds.error !== null && <p className="refusal">{problemOf(deeds.error).detail}</p>}
        <DeepCards symbol={symbol} />
        <Past symbol={symbol} signals={signals} hasMore={told?.next_cursor != null} chosen={seen.signal} choose={choose} />
      </aside>
    </div>
  );
}

interface DrawnProps {
  symbol: string;
  seen: SymbolSearch;
  change: (next: SymbolSearch) => void;
  signals: readonly ShownSignal[];
  chosen?: ShownSignal;
  choose: (id: string) => void;
  shown: Shown;
  found: { older: () => void; isOlderLoading: boolean; isChanging: boolean };
}

/** The chart, or the table behind it, with what must be known of both. */
function Drawn({ symbol, seen, change, signals, chosen, choose, shown, found }: DrawnProps) {
  const { looked, day, about, bars, growing, labels } = shown;
  const daily = isDaily(looked.timeframe);
  const indicators = useMemo((): Indicator[] => chosenOf(seen.show, daily), [seen.show, daily]);
  const { lines, refused } = useLines(shown, indicators);
  const { data: known } = useQuery({ ...deep(symbol), retry: false });
  const { data: why } = useQuery(explained(chosen));
  const levels = useMemo(
    () => (chosen ? [...levelsOf(chosen, about.splits), ...ownLevels(why?.row, chosen, about.splits)] : deepLevels(known?.sl_tp)),
    [chosen, why, known, about.splits],
  );
  const whole = useMemo(() => [...bars, ...growing], [bars, growing]);
  return (
    <>
      <Toolbar shown={seen} isCoin={symbol.includes("/")} change={change} refused={refused} />
      {bars.length === 0 ? (
        <Empty title={`No ${looked.timeframe} bars of ${symbol} are stored`}>Another timeframe may have some.</Empty>
      ) : seen.as === "table" ? (
        <div className="bars-table">
          <BarTable symbol={symbol} timeframe={looked.timeframe} day={day} bars={whole} lines={lines} signals={signals} daily={daily} />
        </div>
      ) : (
        <Chart
          key={`${looked.timeframe} ${looked.hours}`}
          {...{ symbol, day, bars, growing, lines, signals, levels, choose }}
          timeframe={looked.timeframe}
          chosen={chosen?.id}
          splits={about.splits}
          older={found.older}
        />
      )}
      <p className="below">
        <Labels labels={labels} />
        <span className="quiet">
          {daily ? "" : `${day.zone} · `}
          {about.adjust === "split" && "adjusted for splits · "}
          {found.isOlderLoading ? "older bars are loading · " : found.isChanging ? "loading · " : ""}
          {chosen && `levels of the ${setup(chosen)} of ${barTime(chosen)} · `}
          <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
            charts by TradingView
          </a>
        </span>
        {about.notes.map((note) => (
          <span key={note} className="quiet">
            {note}
          </span>
        ))}
      </p>
    </>
  );
}

/** This timeframe has no bars of it; others may. */
function NoBars({ symbol, timeframe, error, again, change }: { symbol: string; timeframe: string; error: unknown; again: () => void; change: (next: SymbolSearch) => void }) {
  if (problemOf(error).status !== 404) return <Failure error={error} again={again} />;
  const other = TIMEFRAMES.filter((one) => one !== timeframe && isDaily(one));
  return (
    <Empty
      title={`No ${timeframe} bars of ${symbol} are stored`}
      action={
        <span>
          {other.map((one) => (
            <button key={one} type="button" className="plain accent" onClick={() => change({ timeframe: one })}>
              show {one}
            </button>
          ))}
        </span>
      }
    >
      <code>scanner sync --provider NAME --timeframe {timeframe}</code> fetches them where your provider has them.
    </Empty>
  );
}
