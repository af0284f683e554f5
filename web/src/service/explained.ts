import { queryOptions } from "@tanstack/react-query";
import { scannerExplain, type ShownSignal } from "@/client";
import { clock, session } from "@/shared/format";

/** The hours whose bars the service scans live: they are what volumes and averages of minutes are of. */
const LIVE_HOURS = "extended" as const;
type Timeframe = NonNullable<Parameters<typeof scannerExplain>[0]["query"]["timeframe"]>;

/**
 * Why a signal was one: its pattern's conditions on its own bar, and the row with the scanner's own columns.
 *
 * With the parameters of today: where these were others then, it may not be a hit any more.
 */
export const explained = (signal: ShownSignal | undefined) =>
  queryOptions({
    queryKey: ["explained", signal?.setup_key],
    queryFn: async () => {
      if (!signal) return null;
      const { symbol, scanner, timeframe, pattern, bar_time, available_at } = signal;
      const isOfDays = timeframe === "1d" || timeframe === "1w" || symbol.includes("/");
      const query = {
        symbol,
        scanner_type: scanner,
        timeframe: timeframe as Timeframe,
        date: session(bar_time),
        ...(isOfDays ? {} : { hours: LIVE_HOURS, cutoff_time: clock(available_at) }),
      };
      const { data } = await scannerExplain({ query, throwOnError: true });
      return data.patterns.find((one) => one.pattern === pattern) ?? null;
    },
    enabled: signal !== undefined,
    retry: false,
    staleTime: Infinity,
  });
