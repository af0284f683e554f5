import { expect, it } from "vitest";
import type { ShownSignal } from "@/client";
import { inOrder, placeOfSignal, signalMarks, splitMarks, splitWords, type Palette } from "./marks";
import { drawn, tradingDay } from "./series";

const US = tradingDay("AAPL");
const bar = (time: string, end: string) => ({ time, end, session: time.slice(0, 10), open: 1, high: 2, low: 0.5, close: 1, volume: 10 });
const DAYS = drawn(["2026-07-01", "2026-07-02", "2026-07-06"].map((day) => bar(`${day}T13:30:00Z`, `${day}T20:00:00Z`)), true, US);
const FIVES = drawn([bar("2026-07-01T13:30:00Z", "2026-07-01T13:35:00Z"), bar("2026-07-01T19:55:00Z", "2026-07-01T20:00:00Z"), bar("2026-07-02T13:30:00Z", "2026-07-02T13:35:00Z")], false, US);
const palette = Object.fromEntries(["up", "down", "quiet", "accent", "ink"].map((name) => [name, name])) as Palette;
const signal = (more: Partial<ShownSignal> = {}) =>
  ({ id: "a", direction: "BUY", timeframe: "1d", outcome: "open", r: null, bar_time: "2026-07-01T13:30:00Z", available_at: "2026-07-01T20:00:00Z", ...more }) as ShownSignal;
const shown = { bars: DAYS, timeframe: "1d", day: US };

it("a daily signal stands on its day, and on intraday bars where the day closed", () => {
  expect(placeOfSignal(signal(), DAYS, "1d", US)).toBe(0);
  expect(placeOfSignal(signal(), FIVES, "5m", US)).toBe(1);
  expect(placeOfSignal(signal({ timeframe: "5m", bar_time: "2026-07-01T13:33:00Z" }), FIVES, "5m", US)).toBe(0);
});

it("a signal of before the bars that are loaded is not drawn", () => {
  expect(signalMarks([signal({ bar_time: "2026-06-01T13:30:00Z" })], shown, palette)).toEqual([]);
});

it("the shape is the side; the colour and the sign are the outcome", () => {
  const [hit, stopped] = signalMarks([signal({ outcome: "success", r: 1.5 }), signal({ direction: "SELL", outcome: "failure", r: -1 })], shown, palette);
  expect(hit).toMatchObject({ shape: "arrowUp", position: "belowBar", color: "up", text: "✓ +1.5 R" });
  expect(stopped).toMatchObject({ shape: "arrowDown", position: "aboveBar", color: "down", text: "✗ −1.0 R" });
});

it("of many signals only the chosen one has its text", () => {
  const many = Array.from({ length: 60 }, (_, n) => signal({ id: String(n), outcome: "success" }));
  expect(signalMarks(many, shown, palette, "7").filter(({ text }) => text).map(({ id }) => id)).toEqual(["7"]);
});

it("a split is marked on its first session; one of before the bars is not", () => {
  const marks = splitMarks([{ ex_date: "2026-07-04", ratio: 4 }, { ex_date: "2020-01-01", ratio: 2 }], DAYS, palette);
  expect(marks).toHaveLength(1);
  expect(marks[0]).toMatchObject({ time: DAYS[2]?.time, text: "split 4:1" });
  expect(splitWords(0.125)).toBe("split 1:8");
  expect(splitWords(1.5)).toBe("split 1.5:1");
});

it("marks are in the order of time, as the chart wants them", () => {
  const marks = inOrder(signalMarks([signal({ bar_time: "2026-07-06T13:30:00Z" }), signal()], shown, palette), splitMarks([{ ex_date: "2026-07-02", ratio: 2 }], DAYS, palette));
  expect(marks.map(({ time }) => time)).toEqual(DAYS.map(({ time }) => time));
});
