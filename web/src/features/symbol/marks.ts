import type { SeriesMarker, Time, UTCTimestamp } from "lightweight-charts";
import type { ShownSignal } from "@/client";
import { span } from "@/shared/format";
import { ended, outcomeSign } from "./outcomes";
import { isDaily, placeAt, type Drawn, type TradingDay } from "./series";
import type { Pause } from "./sessions";

/** Colours of the theme by their names. */
export type Palette = Record<"up" | "down" | "ink" | "rule" | "quiet" | "accent" | "raised" | "hover" | "tint", string>;

/** Bars as they are on the chart. */
export interface Shown {
  bars: readonly Drawn[];
  timeframe: string;
  day: TradingDay;
}

/** More texts than this would cover each other. */
const MOST_TEXTS = 40;

/** Where on the chart a signal became known: on its own bar; one of slower bars on the bar at which those closed. */
export function placeOfSignal(signal: ShownSignal, bars: readonly Drawn[], timeframe: string, day: TradingDay): number {
  const isSlower = isDaily(signal.timeframe) && !isDaily(timeframe);
  const time = isDaily(timeframe) ? Date.parse(signal.bar_time.slice(0, 10)) / 1000 : day.clock(isSlower ? Date.parse(signal.available_at) - 1 : signal.bar_time);
  return placeAt(bars, time);
}

/** Signals as arrows: the way they point is their side, the colour and the sign beside it how they ended. */
export function signalMarks(signals: readonly ShownSignal[], { bars, timeframe, day }: Shown, palette: Palette, chosen?: string): SeriesMarker<Time>[] {
  const placed = signals.map((one) => ({ one, place: placeOfSignal(one, bars, timeframe, day) })).filter(({ place }) => place >= 0);
  const isRoomy = placed.length <= MOST_TEXTS;
  return placed.map(({ one, place }): SeriesMarker<Time> => {
    const isBuy = one.direction === "BUY";
    return {
      id: one.id,
      time: (bars[place]?.time ?? 0) as UTCTimestamp,
      position: isBuy ? "belowBar" : "aboveBar",
      shape: isBuy ? "arrowUp" : "arrowDown",
      color: one.id === chosen ? palette.accent : palette[ended(one)],
      size: one.id === chosen ? 1.6 : 1,
      text: isRoomy || one.id === chosen ? outcomeSign(one) : undefined,
    };
  });
}

/** Splits as squares with their ratio. */
export function splitMarks(splits: readonly { ex_date: string; ratio: number }[], bars: readonly Drawn[], palette: Palette): SeriesMarker<Time>[] {
  return splits.flatMap(({ ex_date, ratio }): SeriesMarker<Time>[] => {
    const bar = bars.find(({ session }) => session >= ex_date);
    if (!bar || bar === bars[0]) return [];
    return [{ time: bar.time as UTCTimestamp, position: "belowBar", shape: "square", color: palette.ink, text: splitWords(ratio) }];
  });
}

/** "split 4:1", "split 1:8". */
export function splitWords(ratio: number): string {
  const text = (value: number) => String(Number(value.toFixed(3)));
  return ratio >= 1 ? `split ${text(ratio)}:1` : `split 1:${text(1 / ratio)}`;
}

/** Pauses of trading as circles with how long they were. */
export function pauseMarks(found: readonly Pause[], bars: readonly Drawn[], palette: Palette): SeriesMarker<Time>[] {
  return found.flatMap(({ place, seconds }): SeriesMarker<Time>[] => {
    const bar = bars[place + 1];
    if (!bar) return [];
    return [{ time: bar.time as UTCTimestamp, position: "aboveBar", shape: "circle", color: palette.quiet, text: `no trades ${span(seconds)}` }];
  });
}

export const inOrder = (...marks: SeriesMarker<Time>[][]): SeriesMarker<Time>[] => marks.flat().toSorted((a, b) => Number(a.time) - Number(b.time));
