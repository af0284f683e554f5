import type { Bar, ShownSignal } from "@/client";

const ZONE = "America/New_York";
const PARTS = new Intl.DateTimeFormat("en-US", { timeZone: ZONE, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });

/** An instant as the chart's seconds, which it shows as they are: the wall clock of the exchange. */
export function wall(at: string): number {
  const parts = Object.fromEntries(PARTS.formatToParts(new Date(at)).map(({ type, value }) => [type, Number(value)])) as Record<string, number>;
  return Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day, parts.hour, parts.minute) / 1000;
}

/** The mean of the last so many closes, from where there are enough. */
export function average(bars: readonly { time: number; close: number }[], count: number): { time: number; value: number }[] {
  const found: { time: number; value: number }[] = [];
  let sum = 0;
  bars.forEach(({ time, close }, index) => {
    sum += close - (index >= count ? (bars[index - count]?.close ?? 0) : 0);
    if (index >= count - 1) found.push({ time, value: sum / count });
  });
  return found;
}

export interface Drawn {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

/** Bars that can be drawn, each at a time of its own; where clocks are set back an hour comes twice, and is drawn once. */
export function drawn(bars: readonly Bar[], isDaily: boolean): Drawn[] {
  const found: Drawn[] = [];
  for (const { time, session, open, high, low, close, volume } of bars) {
    if (open === null || high === null || low === null || close === null) continue;
    const at = isDaily ? Date.parse(session) / 1000 : wall(time);
    if (at > (found.at(-1)?.time ?? -Infinity)) found.push({ time: at, open, high, low, close, volume: volume ?? 0 });
  }
  return found;
}

/** How a signal has ended, as far as it has. */
export const ended = (signal: ShownSignal): "up" | "down" | "quiet" =>
  signal.outcome === "success" ? "up" : signal.outcome === "failure" ? "down" : "quiet";

/** The bar that holds an instant: the last one that does not begin later. */
export function barAt(bars: readonly Drawn[], at: number): number | undefined {
  return bars.findLast(({ time }) => time <= at)?.time;
}
