import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { marketDataBars, marketDataIndicators } from "@/client";
import { keys } from "@/service/keys";
import type { Hours, Timeframe } from "./address";

/** Bars of a page; older ones come when one scrolls to them. */
export const PAGE = 400;
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

/** The newest pages of a symbol's indicators, of whatever timeframe. */
export const newestValues = (symbol: string) => ["values", symbol, NEWEST] as const;

export const values = ({ symbol, timeframe, hours }: Looked, exprs: readonly string[], cursor: string | undefined, limit: number) =>
  queryOptions({
    queryKey: ["values", symbol, cursor ?? NEWEST, timeframe, hours, exprs],
    queryFn: async ({ signal }) =>
      (await marketDataIndicators({ path: { symbol }, query: { expr: [...exprs], timeframe, hours, adjust: "split", limit, cursor }, signal, throwOnError: true })).data,
    staleTime: KEPT_MS,
  });

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
