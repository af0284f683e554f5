import type { Bar } from "@/client";

/** A price that is marked across the chart. */
export interface Level {
  name: string;
  price: number;
  side: "up" | "down" | "";
}

interface Candle {
  x: number;
  open: number;
  close: number;
  high: number;
  low: number;
  way: "up" | "down";
  volume: number;
}

export interface Drawing {
  candles: Candle[];
  /** `labelY`: where the foot of its name stands, clear of the others'. */
  levels: (Level & { y: number; labelY: number })[];
  /** Width of a candle. */
  width: number;
}

/** A level so far off would flatten the candles: it is left out. */
const ROOM = 0.75;
const VOLUME_SHARE = 0.18;

/** Bars as candles within a box of so many px, volume along its foot, levels where they can be seen; their names stand beside it. */
export function drawing(bars: readonly Bar[], levels: readonly Level[], box: { width: number; height: number }): Drawing | null {
  const whole = bars.flatMap(({ open, high, low, close, volume }) =>
    open === null || high === null || low === null || close === null ? [] : [{ open, high, low, close, volume: volume ?? 0 }],
  );
  if (whole.length < 2) return null;
  const least = Math.min(...whole.map(({ low }) => low));
  const most = Math.max(...whole.map(({ high }) => high));
  const room = (most - least || most || 1) * ROOM;
  const seen = levels.filter(({ price }) => price >= least - room && price <= most + room);
  const bottom = Math.min(least, ...seen.map(({ price }) => price));
  const top = Math.max(most, ...seen.map(({ price }) => price));
  const height = box.height * (1 - VOLUME_SHARE) - 8;
  const y = (price: number) => 4 + (1 - (price - bottom) / (top - bottom || 1)) * height;
  const step = box.width / whole.length;
  const loudest = Math.max(...whole.map(({ volume }) => volume)) || 1;
  return {
    width: Math.max(1, step * 0.7),
    levels: labelled(seen.map((level) => ({ ...level, y: y(level.price) })), box.height),
    candles: whole.map((bar, index) => ({
      x: (index + 0.5) * step,
      open: y(bar.open),
      close: y(bar.close),
      high: y(bar.high),
      low: y(bar.low),
      way: bar.close >= bar.open ? "up" : "down",
      volume: (bar.volume / loudest) * box.height * VOLUME_SHARE,
    })),
  };
}

const LINE = 12;
/** From the middle of a line of text down to its foot. */
export const FOOT = 3;

/** Names stand beside their lines, or as near to them as there is room. */
function labelled(levels: (Level & { y: number })[], height: number): Drawing["levels"] {
  let last = -Infinity;
  const down = levels.toSorted((a, b) => a.y - b.y).map((level) => ({ ...level, labelY: (last = Math.max(level.y + FOOT, last + LINE, LINE - FOOT)) }));
  const over = Math.max(0, last - (height - FOOT));
  return down.map((level) => ({ ...level, labelY: level.labelY - over }));
}
