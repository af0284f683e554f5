import { expect, it } from "vitest";
import type { ShownSignal } from "@/client";
import { deepLevels, inR, levelsOf, ownLevels, sinceSplits } from "./levels";

const signal = (more: Partial<ShownSignal> = {}) =>
  ({ direction: "BUY", bar_time: "2026-03-02T14:30:00Z", entry: 100, stop: 96, target1: 106, target2: 112, ...more }) as ShownSignal;

it.each([
  [106, 100, 96, "+1.5 R"],
  [96, 100, 96, "−1 R"],
  [94, 100, 104, "+1.5 R"],
  [104, 100, 104, "−1 R"],
  [112, 100, 96.00001, "+3 R"],
  [100, 100, 100, ""],
])("%d of a trade at %d with its stop at %d is %s", (value, entry, stop, said) => expect(inR(value, entry, stop)).toBe(said));

it("levels say what they are in R", () => {
  expect(levelsOf(signal(), []).map(({ title, price }) => `${title} ${price}`)).toEqual(["entry 100", "stop −1 R 96", "target +1.5 R 106", "target 2 +3 R 112"]);
});

it("levels of before a split stand beside prices of after it", () => {
  const splits = [
    { ex_date: "2026-03-10", ratio: 4 },
    { ex_date: "2025-01-10", ratio: 2 },
  ];
  expect(sinceSplits("2026-03-02", splits)).toBe(0.25);
  expect(sinceSplits("2026-03-10", splits)).toBe(1);
  expect(levelsOf(signal(), splits)[0]?.price).toBe(25);
});

it("a signal without levels has no lines", () => {
  expect(levelsOf(signal({ entry: null, stop: null, target1: null, target2: null }), [])).toEqual([]);
});

it("the scanner's level is a resistance to who buys, and a support to who sells", () => {
  const row = { level: 98, volume_ratio: 2, current_high: 101, previous_close: 97, ema20: 5 };
  expect(ownLevels(row, signal(), []).map(({ title }) => title)).toEqual(["resistance", "previous close"]);
  expect(ownLevels(row, signal({ direction: "SELL" }), [])[0]?.title).toBe("support");
  expect(ownLevels(null, signal(), [])).toEqual([]);
});

it("a deep analysis without levels draws none", () => {
  expect(deepLevels({ available: false, reason: "no price" })).toEqual([]);
  expect(deepLevels({ entry: 10, stopLoss: 9, takeProfit: undefined, support: 8 }).map(({ title }) => title)).toEqual(["entry", "stop −1 R", "support"]);
});
