import { placeOf, type Drawn, type TradingDay } from "./series";

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

const MINUTES: Record<string, number> = { "1m": 1, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "4h": 240, "1d": 1440 };
const MINUTE_MS = 60_000;

/**
 * Bars that are still being made, of what was heard behind the last one that is known.
 *
 * Bars of a session begin where it opens, and a day is its session so far; what trades outside of the hours that are
 * shown, and what is no finer than the chart, is left alone.
 */
export function growing(heard: readonly Heard[], known: readonly Drawn[], timeframe: string, day: TradingDay): Drawn[] {
  const step = MINUTES[timeframe];
  const last = known.at(-1);
  if (step === undefined || !last) return [];
  const after = Date.parse(last.end);
  const found = new Map<number, Drawn>();
  for (const one of heard.toSorted((a, b) => Date.parse(a.time) - Date.parse(b.time))) {
    const at = Date.parse(one.time);
    const minute = Math.floor((day.clock(at) % 86_400) / 60);
    const isShown = at >= after && minute >= day.opens && minute < day.closes && (MINUTES[one.timeframe] ?? Infinity) <= step;
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
  return [...found.values()].filter(({ time }) => time > last.time);
}

const prices = ({ open, high, low, close, volume }: Heard) => ({ open, high, low, close, volume });

function placed(begin: number, step: number, timeframe: string, day: TradingDay) {
  const at = new Date(begin).toISOString();
  const session = new Date(day.clock(begin) * 1000).toISOString().slice(0, 10);
  const end = new Date(begin + step * MINUTE_MS).toISOString();
  return { at, end, session, time: placeOf(at, session, timeframe === "1d", day) };
}
