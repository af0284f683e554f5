import type { Bar } from "@/client";

const ZONE = "America/New_York";
const PARTS = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
const HOUR_S = 3600;
const offsets = new Map<number, number>();

/** An instant as the chart's seconds, which it shows as they are: the wall clock of the exchange. */
export function wall(at: string | number): number {
  const seconds = (typeof at === "number" ? at : Date.parse(at)) / 1000;
  const hour = Math.floor(seconds / HOUR_S);
  let offset = offsets.get(hour);
  if (offset === undefined) {
    offset = wallOfHour(hour) - hour * HOUR_S; // clocks are set at full hours
    offsets.set(hour, offset);
  }
  return seconds + offset;
}

function wallOfHour(hour: number): number {
  const named = PARTS.formatToParts(hour * HOUR_S * 1000).map(({ type, value }) => [type, Number(value)]);
  const parts = Object.fromEntries(named) as Record<string, number>;
  return Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day, parts.hour, parts.minute) / 1000;
}

/** How a market's days run. `clock`: its wall clock in seconds; `opens`, `closes`: minutes of that clock. */
export interface TradingDay {
  clock: (at: string | number) => number;
  opens: number;
  closes: number;
  zone: string;
}

const utc = (at: string | number): number => (typeof at === "number" ? at : Date.parse(at)) / 1000;
const COINS: TradingDay = { clock: utc, opens: 0, closes: 1440, zone: "UTC" };
const REGULAR: TradingDay = { clock: wall, opens: 570, closes: 960, zone: "New York time" };
const EXTENDED: TradingDay = { ...REGULAR, opens: 240, closes: 1200 };

/** The days of a symbol's market: coins have a slash, and trade on by UTC. */
export const tradingDay = (symbol: string, hours?: "extended" | "regular"): TradingDay =>
  symbol.includes("/") ? COINS : hours === "extended" ? EXTENDED : REGULAR;

/** A bar as it is drawn. `time`: where on the chart; `at`, `end`: its instants; `session`: its trading day. */
export interface Drawn {
  time: number;
  at: string;
  end: string;
  session: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** From which bar on others are to be drawn over those that are: the last of these, or a later one; null: all of them. */
export function grownFrom(before: readonly Drawn[], now: readonly Drawn[]): number | null {
  const last = before.length - 1;
  const stand = before.every((bar, index) => (index < last ? isSame(bar, now[index]) : bar.time === now[index]?.time));
  return last >= 0 && stand ? last : null;
}

const isSame = (a: Drawn, b: Drawn | undefined): boolean =>
  a === b || (a.time === b?.time && a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close && a.volume === b.volume);

export const isDaily = (timeframe: string): boolean => timeframe === "1d" || timeframe === "1w";

/** Where on the chart a bar stands: a day at its date, other bars at their market's clock. */
export const placeOf = (at: string, session: string, daily: boolean, day: TradingDay): number =>
  daily ? Date.parse(session) / 1000 : day.clock(at);

/** Bars that can be drawn, each at a time of its own; where clocks are set back an hour comes twice, and is drawn once. */
export function drawn(bars: readonly Bar[], daily: boolean, day: TradingDay): Drawn[] {
  const found: Drawn[] = [];
  let last = -Infinity;
  for (const { time: at, end, session, open, high, low, close, volume } of bars) {
    if (open === null || high === null || low === null || close === null) continue;
    const time = placeOf(at, session, daily, day);
    if (time <= last) continue;
    last = time;
    found.push({ time, at, end, session, open, high, low, close, volume: volume ?? 0 });
  }
  return found;
}

/** The place of the bar that holds a time: the last one that does not begin later; -1 before the first. */
export function placeAt(bars: readonly { time: number }[], time: number): number {
  let low = 0;
  let high = bars.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.time ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
