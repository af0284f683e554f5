import type { Bars } from "@/client";
import { isDaily, placeOf, type Drawn, type TradingDay } from "./series";

/** A bar of the live feed, of whatever timeframe it comes in. */
export interface Heard {
  time: string;
  timeframe: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Such a bar, and whose it is. */
export interface HeardOf extends Heard {
  series: string;
}

const MINUTES: Record<string, number> = { "1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 1440 };
const MINUTE_MS = 60_000;

/** Bars that are still being made, of the minutes behind the last one that is known. */
export function growing(minutes: readonly Heard[], known: readonly Drawn[], timeframe: string, day: TradingDay): Drawn[] {
  const last = known.at(-1);
  if (!last) return [];
  const after = Date.parse(last.end);
  return folded(minutes.filter(({ time }) => Date.parse(time) >= after), timeframe, day).filter(({ time }) => time > last.time);
}

/** The newest session as far as it has come, as one bar. */
export const soFar = (minutes: readonly Heard[], day: TradingDay): Drawn | undefined => folded(minutes, "1d", day).at(-1);

/** The exchange's date of an instant. */
export const sessionOf = (at: string | number, day: TradingDay): string => new Date(day.clock(at) * 1000).toISOString().slice(0, 10);

/**
 * Bars of a session's minutes, which have to be all that there are.
 *
 * They begin where the session opens, and a day is its session so far; what trades outside of the hours that are shown,
 * and what is no finer than the chart, is left alone.
 */
function folded(minutes: readonly Heard[], timeframe: string, day: TradingDay): Drawn[] {
  const step = MINUTES[timeframe];
  if (step === undefined) return [];
  const found = new Map<number, Drawn>();
  for (const one of minutes.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time))) {
    const at = Date.parse(one.time);
    const minute = Math.floor((day.clock(at) % 86_400) / 60);
    const isShown = minute >= day.opens && minute < day.closes && (MINUTES[one.timeframe] ?? Infinity) <= step;
    if (!isShown) continue;
    const begin = at - ((minute - day.opens) % step) * MINUTE_MS - (at % MINUTE_MS);
    const made = found.get(begin);
    if (made) {
      made.high = Math.max(made.high, one.high);
      made.low = Math.min(made.low, one.low);
      made.close = one.close;
      made.volume += one.volume;
    } else {
      found.set(begin, { ...placed(begin, step, timeframe, day), ...prices(one) });
    }
  }
  return [...found.values()];
}

/** From when on bars lack minutes of the session that is open: all of its own, and what lies before it. */
export function lackingSince(bars: readonly Drawn[], timeframe: string, session: string): string | undefined {
  const last = bars.at(-1);
  if (!last || last.session > session || (isDaily(timeframe) && last.session === session)) return undefined;
  return last.session === session ? session : last.end;
}

/** A session's minutes that the service has, and those heard since, of the same series; of one that is both what was heard. */
export function together({ series, bars }: Pick<Bars, "series" | "bars">, heard: readonly HeardOf[], since: string): Heard[] {
  const found = new Map<number, Heard>();
  for (const { time, open, high, low, close, volume } of bars) {
    if (open === null || high === null || low === null || close === null) continue;
    found.set(Date.parse(time), { time, timeframe: "1m", open, high, low, close, volume: volume ?? 0 });
  }
  heard.filter((one) => one.series === series && Date.parse(one.time) >= Date.parse(since)).forEach((one) => found.set(Date.parse(one.time), one));
  return [...found.values()];
}

const prices = ({ open, high, low, close, volume }: Heard) => ({ open, high, low, close, volume });

function placed(begin: number, step: number, timeframe: string, day: TradingDay) {
  const at = new Date(begin).toISOString();
  const session = sessionOf(begin, day);
  const end = new Date(begin + step * MINUTE_MS).toISOString();
  return { at, end, session, time: placeOf(at, session, timeframe === "1d", day) };
}
