import { useQueries, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { Indicators } from "@/client";
import { problemOf } from "@/service/problem";
import type { Lines, Value } from "./drawing";
import type { Indicator } from "./indicators";
import { newestValues, PAGE, values } from "./questions";
import { isDaily, placeOf, type TradingDay } from "./series";
import type { Shown } from "./useBars";

const MINUTE_MS = 60_000;

/**
 * The lines of indicators on the pages of bars that are there, and by indicator what kept it from being drawn.
 *
 * In a session that is open the newest page is asked for anew with each bar that closes, from where it begins: lines go
 * on with the bars.
 */
export function useLines(shown: Shown, chosen: readonly Indicator[]): { lines: Lines[]; refused: Record<string, string> } {
  const { looked, cursors, day } = shown;
  const { symbol } = looked;
  const grown = closed(shown);
  const asked = chosen.flatMap((indicator) =>
    cursors.map((cursor) => values(looked, indicator.parts.map(({ expr }) => expr), cursor, PAGE + (cursor === undefined ? grown : 0))),
  );
  const answers = useQueries({ queries: asked });
  const queries = useQueryClient();
  useEffect(() => {
    if (grown > 0) void queries.invalidateQueries({ queryKey: newestValues(symbol), predicate: ({ state }) => state.data !== undefined });
  }, [queries, grown, symbol]);
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

/** How many of the bars that are being made have closed: only those have values. A live bar is a minute that is over. */
function closed({ looked, growing, live }: Shown): number {
  if (!live || isDaily(looked.timeframe)) return 0;
  const now = Date.parse(live.time) + MINUTE_MS;
  return growing.filter(({ end }) => Date.parse(end) <= now).length;
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
