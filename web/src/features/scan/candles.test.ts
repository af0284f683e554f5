import { expect, it } from "vitest";
import type { Bar } from "@/client";
import { drawing } from "./candles";

const bar = (open: number | null, high: number, low: number, close: number, volume: number | null = 100) => ({ open, high, low, close, volume }) as Bar;
const BOX = { width: 100, height: 100 };
const level = (name: string, price: number) => ({ name, price, side: "" as const });

it("higher prices stand higher, and no candle leaves the box", () => {
  const made = drawing([bar(10, 12, 9, 11), bar(11, 11, 8, 9, null)], [], BOX);
  const [up, down] = made?.candles ?? [];
  expect([up?.way, down?.way]).toEqual(["up", "down"]);
  expect(up && up.high < up.close && up.close < up.open && up.open < up.low).toBe(true);
  const all = made?.candles.flatMap(({ high, low, volume, x }) => [high, low, volume, x]) ?? [];
  expect(Math.min(...all)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...all)).toBeLessThanOrEqual(100);
});

it("a level is where its price is; one that is far off is left out", () => {
  const bars = [bar(10, 12, 9, 11), bar(11, 12, 10, 12)];
  const made = drawing(bars, [level("stop", 9), level("target", 13), level("far", 50)], BOX);
  expect(made?.levels.map(({ name }) => name)).toEqual(["target", "stop"]);
  expect(made?.levels[1]?.y).toBeCloseTo(made?.candles[0]?.low ?? 0);
  expect((made?.levels[0]?.y ?? 100) < (made?.candles[0]?.high ?? 0)).toBe(true);
});

it("names of levels that are near each other do not lie upon each other, nor outside", () => {
  const bars = [bar(10, 12, 9, 11), bar(11, 12, 10, 12)];
  const near = drawing(bars, [level("a", 9), level("b", 9.02), level("c", 9.04)], BOX)?.levels.map(({ labelY }) => labelY) ?? [];
  expect(near).toHaveLength(3);
  expect((near[1] ?? 0) - (near[0] ?? 0)).toBeGreaterThanOrEqual(11);
  expect((near[2] ?? 0) - (near[1] ?? 0)).toBeGreaterThanOrEqual(11);
  expect(Math.max(...near)).toBeLessThanOrEqual(BOX.height);
  expect(Math.min(...near)).toBeGreaterThan(0);
});

it("flat bars are drawn, and of less than two whole bars there is no chart", () => {
  expect(drawing([bar(5, 5, 5, 5, 0), bar(5, 5, 5, 5, 0)], [], BOX)?.candles.every(({ open }) => Number.isFinite(open))).toBe(true);
  expect(drawing([bar(5, 5, 5, 5), bar(null, 5, 5, 5)], [], BOX)).toBeNull();
});
