import {
  authMe,
  fastScannerScanStatus,
  fastScannerSymbolOf,
  healthGetHealth,
  marketDataQuotes,
  notificationsListNotifications,
  portfoliosListPortfolios,
  rangeScansGetUniverse,
  scannerGetPerformance,
  scannerGetStatus,
  scannerListScanners,
  scannerListSymbols,
  scannerMarketOverview,
  signalsListSignals,
  watchlistGetWatchlist,
  watchlistUnwatch,
  watchlistWatch,
  type SignalsListSignalsData,
  type Watched,
} from "@/client";
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import type { Deep } from "./deep";
import { withHeard } from "./heard";
import { keys } from "./keys";

/** Numbers that a feed does not push are asked for this often while somebody looks. */
const GLANCE_MS = 30_000;

export const me = queryOptions({
  queryKey: keys.me,
  queryFn: async () => (await authMe({ throwOnError: true })).data,
  staleTime: Infinity,
});

export const overview = queryOptions({
  queryKey: keys.overview,
  queryFn: async () => (await scannerMarketOverview({ throwOnError: true })).data,
  refetchInterval: GLANCE_MS,
});

export const quotes = (symbols: readonly string[]) =>
  queryOptions({
    queryKey: keys.quotes(symbols),
    queryFn: async () => (await marketDataQuotes({ query: { symbols: symbols.join(",") }, throwOnError: true })).data,
    enabled: symbols.length > 0,
    refetchInterval: GLANCE_MS,
    placeholderData: keepPreviousData,
  });

/** All that is watched, page by page: the last that was added first. */
async function everyWatched(): Promise<Watched[]> {
  const found: Watched[] = [];
  let cursor: string | null | undefined;
  do {
    const { data } = await watchlistGetWatchlist({ query: { limit: 1000, cursor }, throwOnError: true });
    found.push(...data.items);
    cursor = data.next_cursor;
  } while (cursor);
  return found;
}

export const watchlist = queryOptions({
  queryKey: keys.watchlist,
  queryFn: async () => ({ items: await everyWatched() }),
});

export const portfolios = queryOptions({
  queryKey: keys.portfolios,
  queryFn: async () => (await portfoliosListPortfolios({ query: { limit: 1000 }, throwOnError: true })).data,
});

type SignalFilter = NonNullable<SignalsListSignalsData["query"]>;

/** The newest signals of a filter, of which the number wanted is a part: another number is another answer. */
export function signals({ limit = 200, ...rest }: SignalFilter = {}) {
  const filter = { ...rest, limit };
  return queryOptions({
    queryKey: keys.signals(filter),
    queryFn: () => withHeard(filter, async () => (await signalsListSignals({ query: filter, throwOnError: true })).data),
  });
}

/** What the user was told and has not read, for the bell; news come by the line, this is for when it is down. */
export const unread = queryOptions({
  queryKey: keys.unread,
  queryFn: async () => (await notificationsListNotifications({ query: { unread: true, limit: 10 }, throwOnError: true })).data,
  refetchInterval: GLANCE_MS,
});

/** How the user's live scanner fares; looked at more often while it begins. */
export const liveStatus = queryOptions({
  queryKey: keys.liveStatus,
  queryFn: async () => (await scannerGetStatus({ throwOnError: true })).data,
  refetchInterval: ({ state }) => (state.data?.state === "starting" ? 2_000 : GLANCE_MS),
});

/** The two-phase scans of everything that are made every few minutes. */
export const quickStatus = queryOptions({
  queryKey: keys.quickStatus,
  queryFn: async () => (await fastScannerScanStatus({ throwOnError: true })).data,
  refetchInterval: 2 * GLANCE_MS,
});

export const health = queryOptions({
  queryKey: keys.health,
  queryFn: async () => (await healthGetHealth({ throwOnError: true })).data,
  refetchInterval: 2 * GLANCE_MS,
});

export const scanners = queryOptions({
  queryKey: keys.scanners,
  queryFn: async () => (await scannerListScanners({ throwOnError: true })).data.items,
  staleTime: Infinity,
});

/** How fast scans and requests were answered, and how often they failed, since the service began. */
export const answerTimes = queryOptions({
  queryKey: keys.answerTimes,
  queryFn: async () => (await scannerGetPerformance({ throwOnError: true })).data,
  refetchInterval: 2 * GLANCE_MS,
});

/** What is stored to be scanned: how many symbols of which types and exchanges, and of which days. */
export const universe = queryOptions({
  queryKey: keys.universe,
  queryFn: async () => (await rangeScansGetUniverse({ throwOnError: true })).data,
  staleTime: 300_000,
});

/** What is known of a symbol deeply; a quick scan's messages write it too. */
export const deep = (symbol: string) =>
  queryOptions({
    queryKey: keys.deep(symbol),
    queryFn: async () =>
      (await fastScannerSymbolOf({ path: { symbol }, throwOnError: true })).data.deepAnalysis as Deep,
  });

export const search = (text: string) =>
  queryOptions({
    queryKey: keys.search(text),
    queryFn: async () => (await scannerListSymbols({ query: { q: text, limit: 8 }, throwOnError: true })).data.items,
    enabled: text.length > 0,
    placeholderData: keepPreviousData,
  });

/** Add to the watchlist, or take off it: on screen at once, undone by its opposite. */
export function useWatching() {
  const queries = useQueryClient();
  const settled = () => queries.invalidateQueries({ queryKey: keys.watchlist });
  const watch = useMutation({
    mutationFn: (symbols: string[]) => watchlistWatch({ body: { symbols }, throwOnError: true }),
    onSettled: settled,
  });
  const unwatch = useMutation({
    mutationFn: (symbols: string[]) => watchlistUnwatch({ body: { symbols }, throwOnError: true }),
    onSettled: settled,
  });
  return { watch, unwatch };
}
