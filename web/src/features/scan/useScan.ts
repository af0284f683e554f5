import { queryOptions, skipToken, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { fastScannerQuickScan, fastScannerScanStatus, scannerRunScan, type QuickScanAnswer, type ScanAnswer, type ScanQuestion } from "@/client";
import type { Kept } from "@/service/Age";
import type { Deep } from "@/service/deep";
import { keys } from "@/service/keys";
import type { QuickProgress } from "@/service/news";
import { QUICK, type Asked } from "@/service/question";
import { deep as deepOf, overview } from "@/service/questions";
import { amongOf } from "./members";
import { composer, type Line } from "./rows";

/** Hits whose deep analysis is asked for with a scan. */
const MOST_DEEPENED = 500;
/** Of those that no message told of, so many are asked for one by one. */
const MOST_FETCHED = 60;
/** Where no message tells how a second phase goes, it is asked this often whether it is over. */
const UNHEARD_MS = 2_000;

export interface Scanned {
  scan?: ScanAnswer;
  quick?: QuickScanAnswer;
  lines: Line[];
  error: unknown;
  /** The question whose answer is shown, with its age. */
  asking: Kept;
  /** Why rows do not deepen. */
  deepError: unknown;
  /** Whether they are to: rows of a day that is past are not. */
  deepens: boolean;
  isScanning: boolean;
  progress: { done: number; all: number } | null;
  again: () => void;
}

/** Rows at once; then the quick look of what was hit, and each row's deep parts as messages bring them. */
export function useScan(asked: Asked): Scanned {
  const isQuick = asked.scanner === QUICK;
  const scan = useQuery(scanOf(asked));
  const hits = scan.data?.results;
  const symbols = useMemo(() => [...new Set(hits?.map((row) => row.symbol))].slice(0, MOST_DEEPENED), [hits]);
  const deepens = useIsOfNow(asked, scan.data);
  const isAsked = isQuick || (deepens && symbols.length > 0);
  const quick = useQuery(quickOf(asked, isAsked ? { of: scan.data?.scan_id, symbols } : null));
  const looked = useMemo(() => new Map(quick.data?.signals.map((one) => [one.symbol, one])), [quick.data]);
  const deep = useDeep(isAsked ? looked : EMPTY);
  const progress = useProgress(isAsked ? quick.data : undefined, deep);
  const [compose] = useState(composer);
  const known = isAsked ? looked : EMPTY;
  const isLooking = quick.data === undefined && quick.error === null;
  const comes = useCallback((symbol: string) => deepens && (isLooking || known.has(symbol)), [deepens, isLooking, known]);
  const lines = useMemo(() => compose(isQuick ? null : (hits ?? []), known, deep, comes), [compose, isQuick, hits, known, deep, comes]);
  const first = isQuick ? quick : scan;
  const { refetch } = first;
  const again = useCallback(() => void refetch(), [refetch]);
  return {
    scan: isQuick ? undefined : scan.data,
    quick: isQuick ? quick.data : undefined,
    lines,
    error: first.error,
    asking: first,
    deepError: isQuick ? null : quick.error,
    deepens,
    isScanning: first.isFetching,
    progress,
    again,
  };
}

function scanOf(asked: Asked) {
  const { scanner, timeframe = "1d", hours, universe, list, symbols, date, cutoff, config } = asked;
  return queryOptions({
    queryKey: keys.scan({ scanner, timeframe, hours, universe, list, symbols, date, cutoff, config }),
    queryFn:
      scanner && scanner !== QUICK
        ? async ({ client, signal }) => {
            const among = await amongOf(client, asked);
            const when = { scan_date: date, cutoff_time: cutoff, timeframe: timeframe as "1d", hours };
            const body = { scanner_type: scanner, ...when, universe, symbols: among, config: config as ScanQuestion["config"] };
            return (await scannerRunScan({ body, signal, throwOnError: true })).data;
          }
        : skipToken,
    staleTime: Infinity,
  });
}

/** The quick look: of everybody in a universe, or of those that a scan hit. */
function quickOf(asked: Asked, hit: { of?: string; symbols: string[] } | null) {
  const { timeframe, universe, list, symbols } = asked;
  return queryOptions({
    queryKey: ["quick-scan", asked.scanner === QUICK ? { timeframe, universe, list, symbols } : { of: hit?.of, timeframe }],
    queryFn: hit
      ? async ({ client }) => {
          const body = hit.of === undefined ? { timeframe, universe, symbols: await amongOf(client, asked) } : { symbols: hit.symbols, timeframe };
          return (await fastScannerQuickScan({ body, throwOnError: true })).data;
        }
      : skipToken,
    staleTime: Infinity,
  });
}

/** Whether what is asked is of the newest bars: a deep analysis is of now, and says nothing of a day that is past. */
function useIsOfNow({ date, cutoff }: Asked, scan: ScanAnswer | undefined): boolean {
  const { data: market } = useQuery(overview);
  if (!date && !cutoff) return true;
  return !cutoff && scan !== undefined && market?.session === scan.as_of;
}

const EMPTY: ReadonlyMap<string, never> = new Map<string, never>();

/** Of many symbols, news is shown this often: each time, all of their rows may have to be put in order. */
const PAUSE_MS = { few: 16, many: 200 };
const MANY = 1000;

/** What is known deeply of some symbols; however many messages come, they are shown together. */
function useDeep(symbols: ReadonlyMap<string, unknown>): ReadonlyMap<string, Deep> {
  const queries = useQueryClient();
  const [known, show] = useState<ReadonlyMap<string, Deep>>(EMPTY);
  useEffect(() => {
    const found = new Map<string, Deep>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        show(new Map(found));
      }, symbols.size > MANY ? PAUSE_MS.many : PAUSE_MS.few);
    };
    for (const symbol of symbols.keys()) {
      const one = queries.getQueryData<Deep>(keys.deep(symbol));
      if (one) found.set(symbol, one);
    }
    soon();
    const leave = queries.getQueryCache().subscribe(({ query, type }) => {
      const [kind, symbol] = query.queryKey as string[];
      const one = query.state.data as Deep | undefined;
      if (type !== "updated" || kind !== "deep" || !symbol || !one || !symbols.has(symbol) || found.get(symbol) === one) return;
      found.set(symbol, one);
      soon();
    });
    return () => {
      leave();
      clearTimeout(timer);
    };
  }, [queries, symbols]);
  return known;
}

function useProgress(quick: QuickScanAnswer | undefined, deep: ReadonlyMap<string, Deep>): Scanned["progress"] {
  const queries = useQueryClient();
  const { data } = useQuery<QuickProgress>({ queryKey: keys.progress, queryFn: skipToken });
  const mine = data && data.scanId === quick?.scanId ? data : undefined;
  const isOver = mine?.remaining === 0;
  const isUnheard = quick !== undefined && !mine;
  useEffect(() => {
    if (!isUnheard) return;
    const timer = setInterval(() => void askWhetherOver(queries, quick), UNHEARD_MS);
    return () => clearInterval(timer);
  }, [isUnheard, queries, quick]);
  useEffect(() => {
    if (!isOver || !quick) return;
    const untold = quick.signals.filter(({ symbol }) => !queries.getQueryData(keys.deep(symbol)));
    for (const { symbol } of untold.slice(0, MOST_FETCHED)) queries.query(deepOf(symbol)).catch(() => undefined); // the row shows that it is not there
  }, [isOver, quick, queries]);
  if (!quick || quick.count === 0) return null;
  if (mine) return { done: mine.processed, all: mine.processed + mine.remaining };
  return { done: deep.size, all: quick.count };
}

/** A second phase may be over before the page listens: nothing waits in the service then, and nobody says so again. */
async function askWhetherOver(queries: QueryClient, { scanId, count }: QuickScanAnswer): Promise<void> {
  const { data } = await fastScannerScanStatus();
  if (data?.status.backgroundQueueLength !== 0) return;
  queries.setQueryData<QuickProgress>(keys.progress, (before) => (before?.scanId === scanId ? before : { scanId, processed: count, remaining: 0 }));
}
