import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { Bars } from "@/client";
import { useQuoteLine } from "@/service/quoteLine";
import type { Hours, Timeframe } from "./address";
import { growing, type Heard } from "./live";
import { barPages, minutesSince, type Looked } from "./questions";
import { drawn, isDaily, tradingDay, type Drawn, type TradingDay } from "./series";

/** The bars of a symbol as far as they are loaded, and those that are still being made. */
export interface Shown {
  looked: Looked;
  day: TradingDay;
  /** The newest page, which says what must be known of all. */
  about: Bars;
  bars: Drawn[];
  growing: Drawn[];
  cursors: (string | undefined)[];
  labels: string[];
}

export function useBars(symbol: string, timeframe: Timeframe, hours: Hours) {
  const asked = useInfiniteQuery({ ...barPages({ symbol, timeframe, hours }), placeholderData: keepPreviousData });
  const { data, hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage } = asked;
  const heard = useHeard(symbol);
  const about = data?.pages[0]?.symbol === symbol ? data.pages[0] : undefined;
  const bars = useMemo(() => {
    if (!about || !data) return [];
    const day = tradingDay(symbol, about.hours);
    return drawn(data.pages.toReversed().flatMap((page) => page.bars), isDaily(about.timeframe), day);
  }, [data, about, symbol]);
  const last = bars.at(-1);
  const isLive = last !== undefined && heard.some(({ time }) => Date.parse(time) >= Date.parse(last.end));
  const { data: minutes } = useQuery(minutesSince(symbol, last?.end ?? "", about?.hours ?? hours, isLive));
  const shown = useMemo((): Shown | undefined => {
    if (!about || !data) return undefined;
    const day = tradingDay(symbol, about.hours);
    const now = growing(together(minutes ?? [], heard), bars, about.timeframe, day);
    const looked = { symbol, timeframe: about.timeframe as Timeframe, hours: about.hours };
    return { looked, day, about, bars, growing: now, cursors: data.pageParams as (string | undefined)[], labels: about.labels };
  }, [about, data, bars, minutes, heard, symbol]);
  const older = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage]);
  return { shown, older, isOlderLoading: isFetchingNextPage, isChanging: isPlaceholderData, error: asked.error, again: () => void asked.refetch() };
}

/** What the live feed has told of a symbol since it is looked at. */
function useHeard(symbol: string): Heard[] {
  const [heard, hear] = useState<{ symbol: string; bars: Heard[] }>({ symbol, bars: [] });
  useQuoteLine(symbol, ({ bar }) =>
    hear((before) => {
      const mine = before.symbol === symbol ? before.bars : [];
      return { symbol, bars: [...mine.filter(({ time }) => time !== bar.time), bar] };
    }),
  );
  return useMemo(() => (heard.symbol === symbol ? heard.bars : []), [heard, symbol]);
}

/** Stored minutes, and what was heard besides; of a minute that is both what was heard last. */
function together(minutes: Bars["bars"], heard: readonly Heard[]): Heard[] {
  const found = new Map<number, Heard>();
  for (const { time, open, high, low, close, volume } of minutes) {
    if (open === null || high === null || low === null || close === null) continue;
    found.set(Date.parse(time), { time, timeframe: "1m", open, high, low, close, volume: volume ?? 0 });
  }
  heard.forEach((one) => found.set(Date.parse(one.time), one));
  return [...found.values()];
}
