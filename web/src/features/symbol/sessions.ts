import type { Drawn, TradingDay } from "./series";

/** Bars beside each other that share a ground. `from`, `to`: places of the first and the last one. */
export interface Band {
  kind: "premarket" | "after_hours" | "other_day";
  from: number;
  to: number;
}

const DAY = 86_400;

/** Grounds of intraday bars: before and after regular trading, and every second day, so that days can be told apart. */
export function bands(bars: readonly Drawn[], regular: TradingDay): Band[] {
  const found: Band[] = [];
  let isOther = false;
  bars.forEach((bar, place) => {
    if (place > 0 && bars[place - 1]?.session !== bar.session) isOther = !isOther;
    const minute = (bar.time % DAY) / 60;
    const kind = minute < regular.opens ? "premarket" : minute >= regular.closes ? "after_hours" : isOther ? "other_day" : null;
    if (kind === null) return;
    const last = found.at(-1);
    if (last?.kind === kind && last.to === place - 1 && bars[place - 1]?.session === bar.session) last.to = place;
    else found.push({ kind, from: place, to: place });
  });
  return found;
}

/** A hole in trading: after the bar at this place nothing traded for so many seconds. */
export interface Pause {
  place: number;
  seconds: number;
}

const SHORTEST = 5 * 60;
const MOST_SHARE = 0.02;

/**
 * Where trading paused within a session: a halt, or nobody traded. The feed does not say which.
 *
 * A symbol that often does not trade has no pauses worth a mark: none are told where more than one bar in fifty has one.
 */
export function pauses(bars: readonly Drawn[]): Pause[] {
  const found: Pause[] = [];
  bars.forEach((bar, place) => {
    const next = bars[place + 1];
    if (!next || next.session !== bar.session) return;
    const seconds = (Date.parse(next.at) - Date.parse(bar.end)) / 1000;
    if (seconds >= SHORTEST) found.push({ place, seconds });
  });
  return found.length > Math.max(1, bars.length * MOST_SHARE) ? [] : found;
}
