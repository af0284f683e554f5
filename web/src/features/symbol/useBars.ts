import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { Bars } from "@/client";
import { useQuoteLine } from "@/service/quoteLine";
import type { Hours, Timeframe } from "./address";
import { growing, lackingSince, sessionOf, soFar, together, type Heard, type HeardOf } from "./live";
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
  /** The session that is open, as one bar. */
  today?: Drawn;
  /** The newest bar of the live feed, of whatever hours. */
  live?: Heard;
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
  const newest = heard.at(-1);
  const since = newest && lackingSince(bars, about?.timeframe ?? timeframe, sessionOf(newest.time, tradingDay(symbol)));
  const { data: minutes } = useQuery(minutesSince(symbol, since, about?.hours ?? hours));
  const shown = useMemo((): Shown | undefined => {
    if (!about || !data) return undefined;
    const day = tradingDay(symbol, about.hours);
    const ours = minutes?.series === about.series ? minutes : undefined; // another feed's are never put behind these
    const open = ours && since ? together(ours, heard, since) : [];
    return {
      looked: { symbol, timeframe: about.timeframe as Timeframe, hours: about.hours },
      day,
      about,
      bars,
      growing: growing(open, bars, about.timeframe, day),
      today: soFar(open, day),
      live: since ? newest : undefined,
      cursors: data.pageParams as (string | undefined)[],
      labels: [...new Set([...about.labels, ...(ours?.labels ?? []), ...(minutes && !ours ? [`live bars of ${minutes.series} not joined`] : [])])],
    };
  }, [about, data, bars, minutes, heard, newest, since, symbol]);
  const older = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage]);
  return { shown, older, isOlderLoading: isFetchingNextPage, isChanging: isPlaceholderData, error: asked.error, again: () => void asked.refetch() };
}

/** What the live feed has told of a symbol since it is looked at, the newest last. */
function useHeard(symbol: string): HeardOf[] {
  const [heard, hear] = useState<{ symbol: string; bars: HeardOf[] }>({ symbol, bars: [] });
  useQuoteLine(symbol, ({ bar, series }) =>
    hear((before) => {
      const mine = before.symbol === symbol ? before.bars : [];
      return { symbol, bars: [...mine.filter(({ time }) => time !== bar.time), { ...bar, series }] };
    }),
  );
  return useMemo(() => (heard.symbol === symbol ? heard.bars : []), [heard, symbol]);
}
