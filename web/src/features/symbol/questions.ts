import { infiniteQueryOptions, queryOptions, useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { marketDataBars, marketDataIndicators, type Indicators } from "@/client";
import { keys } from "@/service/keys";
import { problemOf } from "@/service/problem";
import type { Hours, Timeframe } from "./address";
import type { Lines, Value } from "./drawing";
import type { Indicator } from "./indicators";
import { isDaily, placeOf, type TradingDay } from "./series";
import type { Shown } from "./useBars";

/** Bars of a page; older ones come when one scrolls to them. */
const PAGE = 400;
const NEWEST = "newest";
const KEPT_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** Which bars of a symbol are looked at. */
export interface Looked {
  symbol: string;
  timeframe: Timeframe;
  hours: Hours;
}

export const barPages = ({ symbol, timeframe, hours }: Looked) =>
  infiniteQueryOptions({
    queryKey: ["bar-pages", symbol, timeframe, hours],
    queryFn: async ({ pageParam, signal }) =>
      (await marketDataBars({ path: { symbol }, query: { timeframe, hours, adjust: "split", limit: PAGE, cursor: pageParam }, signal, throwOnError: true })).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: KEPT_MS,
  });

/** A week of extended hours, and more. */
const MOST_MINUTES = 5000;

/** The minutes of a session that is still open: what its bars are made of until the service has them. */
export const minutesSince = (symbol: string, from: string | undefined, hours: Hours) =>
  queryOptions({
    queryKey: [...keys.minutes(symbol), from, hours],
    queryFn: async () => (await marketDataBars({ path: { symbol }, query: { timeframe: "1m", hours, adjust: "split", from, limit: MOST_MINUTES }, throwOnError: true })).data,
    enabled: from !== undefined,
    refetchInterval: ({ state }) => (state.status === "error" ? MINUTE_MS : false),
    retry: false,
    staleTime: Infinity,
  });

const valuesOf = ({ symbol, timeframe, hours }: Looked) => ["values", symbol, timeframe, hours] as const;

const values = (looked: Looked, exprs: readonly string[], cursor: string | undefined, limit: number) =>
  queryOptions({
    queryKey: [...valuesOf(looked), cursor ?? NEWEST, exprs],
    queryFn: async ({ signal }) => {
      const { symbol, timeframe, hours } = looked;
      return (await marketDataIndicators({ path: { symbol }, query: { expr: [...exprs], timeframe, hours, adjust: "split", limit, cursor }, signal, throwOnError: true })).data;
    },
    staleTime: KEPT_MS,
  });

/**
 * The lines of indicators on the pages of bars that are there, and by indicator what kept it from being drawn.
 *
 * In a session that is open the newest page is asked for anew with each bar that is heard, from where it begins: lines
 * go on with the bars.
 */
export function useLines({ looked, cursors, day, growing, live }: Shown, chosen: readonly Indicator[]): { lines: Lines[]; refused: Record<string, string> } {
  const asked = chosen.flatMap((indicator) =>
    cursors.map((cursor) => values(looked, indicator.parts.map(({ expr }) => expr), cursor, PAGE + (cursor === undefined ? growing.length : 0))),
  );
  const answers = useQueries({ queries: asked });
  const queries = useQueryClient();
  const heard = isDaily(looked.timeframe) ? undefined : live?.time;
  useEffect(() => {
    if (heard !== undefined) void queries.invalidateQueries({ queryKey: [...valuesOf(looked), NEWEST] });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- with each bar that is heard, not with what is looked at
  }, [queries, heard]);
  const data = answers.map((one) => one.data);
  const stamp = answers.map((one) => one.dataUpdatedAt + one.errorUpdatedAt).join();
  return useMemo(() => {
    const lines: Lines[] = [];
    const refused: Record<string, string> = {};
    chosen.forEach((indicator, index) => {
      const mine = answers.slice(index * cursors.length, (index + 1) * cursors.length);
      const error = mine.find((one) => one.error)?.error;
      if (error) refused[indicator.id] = problemOf(error).detail;
      const pages = mine.map((one) => one.data).filter((one) => one !== undefined);
      if (pages.length > 0) lines.push({ indicator, parts: joined(indicator, pages, day) });
    });
    return { lines, refused };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the stamp says when the answers are others
  }, [stamp, data.length, chosen, cursors.length, day]);
}

function joined(indicator: Indicator, pages: readonly Indicators[], day: TradingDay): Value[][] {
  return indicator.parts.map((_, part) => {
    const found: Value[] = [];
    for (const page of pages.toReversed()) {
      const daily = isDaily(page.timeframe);
      page.expressions[part]?.values.forEach((value, index) => {
        const time = placeOf(page.times[index] ?? "", page.sessions[index] ?? "", daily, day);
        if (time > (found.at(-1)?.time ?? -Infinity)) found.push({ time, value: value === null ? null : Number(value) });
      });
    }
    return found;
  });
}

/** The last value of the daily ATR. */
export const dailyRange = (symbol: string) =>
  queryOptions({
    queryKey: ["daily-range", symbol],
    queryFn: async () => {
      const { data } = await marketDataIndicators({ path: { symbol }, query: { expr: ["atr(14)", "natr(14)"], timeframe: "1d", limit: 1 }, throwOnError: true });
      const [atr, natr] = data.expressions.map((one) => one.values.at(-1));
      return { atr: typeof atr === "number" ? atr : null, natr: typeof natr === "number" ? natr : null };
    },
    retry: false,
  });

/** The last session as one bar. */
export const lastDay = (symbol: string) =>
  queryOptions({
    queryKey: ["last-day", symbol],
    queryFn: async () => (await marketDataBars({ path: { symbol }, query: { timeframe: "1d", limit: 1 }, throwOnError: true })).data.bars.at(-1) ?? null,
    retry: false,
  });
