import { skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { fastScannerQuickScan, scannerRunScan, type QuickScanAnswer, type ScanAnswer } from "@/client";
import type { Deep } from "@/service/deep";
import { keys } from "@/service/keys";
import type { QuickProgress } from "@/service/news";
import { deep as deepOf } from "@/service/questions";
import { QUICK, type ScanSearch } from "./address";
import { composer, type Line } from "./rows";

/** Hits whose deep analysis is asked for with a scan. */
const MOST_DEEPENED = 500;
/** Of those that no message told of, so many are asked for one by one. */
const MOST_FETCHED = 60;

export interface Scanned {
  scan?: ScanAnswer;
  quick?: QuickScanAnswer;
  lines: Line[];
  error: unknown;
  /** Why rows do not deepen. */
  deepError: unknown;
  isScanning: boolean;
  progress: { done: number; all: number } | null;
  again: () => void;
}

/** Rows at once; then the quick look of what was hit, and each row's deep parts as messages bring them. */
export function useScan(asked: ScanSearch): Scanned {
  const { scanner, timeframe, universe, date, set } = asked;
  const isQuick = scanner === QUICK;
  const scan = useQuery({
    queryKey: keys.scan({ scanner, timeframe, universe, date, set }),
    queryFn:
      scanner && !isQuick
        ? async () =>
            (
              await scannerRunScan({
                body: { scanner_type: scanner, timeframe: (timeframe ?? "1d") as "1d", universe, scan_date: date, config: set },
                throwOnError: true,
              })
            ).data
        : skipToken,
    staleTime: Infinity,
  });
  const hits = scan.data?.results;
  const symbols = useMemo(() => [...new Set(hits?.map((row) => row.symbol))].slice(0, MOST_DEEPENED), [hits]);
  const isAsked = isQuick || symbols.length > 0;
  const quick = useQuery({
    queryKey: ["quick-scan", isQuick ? [timeframe, universe] : [scan.data?.scan_id, timeframe]],
    queryFn: isAsked
      ? async () =>
          (
            await fastScannerQuickScan({
              body: isQuick ? { timeframe, universe } : { symbols, timeframe },
              throwOnError: true,
            })
          ).data
      : skipToken,
    staleTime: Infinity,
  });
  const looked = useMemo(() => new Map(quick.data?.signals.map((one) => [one.symbol, one])), [quick.data]);
  const deep = useDeep(isAsked ? looked : EMPTY);
  const progress = useProgress(quick.data, deep);
  const [compose] = useState(composer);
  const lines = useMemo(() => compose(isQuick ? null : (hits ?? []), looked, deep), [compose, isQuick, hits, looked, deep]);
  const first = isQuick ? quick : scan;
  return {
    scan: isQuick ? undefined : scan.data,
    quick: quick.data,
    lines,
    error: first.error,
    deepError: isQuick ? null : quick.error,
    isScanning: first.isFetching,
    progress,
    again: () => void first.refetch(),
  };
}

const EMPTY = new Map<string, never>();

/** What is known deeply of some symbols; however many messages come, once a frame at most. */
function useDeep(symbols: ReadonlyMap<string, unknown>): ReadonlyMap<string, Deep> {
  const queries = useQueryClient();
  const [known, set] = useState<ReadonlyMap<string, Deep>>(EMPTY);
  useEffect(() => {
    let frame = 0;
    const read = () => {
      frame = 0;
      const found = new Map<string, Deep>();
      for (const symbol of symbols.keys()) {
        const one = queries.getQueryData<Deep>(keys.deep(symbol));
        if (one) found.set(symbol, one);
      }
      set(found);
    };
    read();
    const leave = queries.getQueryCache().subscribe(({ query, type }) => {
      if (type === "updated" && (query.queryKey as unknown[])[0] === "deep" && frame === 0) frame = requestAnimationFrame(read);
    });
    return () => {
      leave();
      cancelAnimationFrame(frame);
    };
  }, [queries, symbols]);
  return known;
}

function useProgress(quick: QuickScanAnswer | undefined, deep: ReadonlyMap<string, Deep>): Scanned["progress"] {
  const queries = useQueryClient();
  const { data } = useQuery<QuickProgress>({ queryKey: keys.progress, queryFn: skipToken });
  const mine = data && data.scanId === quick?.scanId ? data : undefined;
  const isOver = mine?.remaining === 0;
  useEffect(() => {
    if (!isOver || !quick) return;
    const untold = quick.signals.filter(({ symbol }) => !queries.getQueryData(keys.deep(symbol)));
    for (const { symbol } of untold.slice(0, MOST_FETCHED)) queries.query(deepOf(symbol)).catch(() => undefined); // the row shows that it is not there
  }, [isOver, quick, queries]);
  if (!quick || quick.count === 0) return null;
  if (mine) return { done: mine.processed, all: mine.processed + mine.remaining };
  return { done: deep.size, all: quick.count };
}
