import { expect, it } from "vitest";
import { growing, lackingSince, soFar, together, type Heard } from "./live";
import { drawn, tradingDay } from "./series";

const US = tradingDay("AAPL");
const minute = (time: string, close: number, more: Partial<Heard> = {}): Heard => ({ time, timeframe: "1m", open: close, high: close + 0.5, low: close - 0.5, close, volume: 100, ...more });
const stored = (time: string, end: string) => drawn([{ time, end, session: time.slice(0, 10), open: 1, high: 2, low: 0.5, close: 1, volume: 10 }], false, US);
const day = drawn([{ time: "2026-06-30T13:30:00Z", end: "2026-06-30T20:00:00Z", session: "2026-06-30", open: 1, high: 2, low: 0.5, close: 1, volume: 10 }], true, US);

it("minutes make the bar that is not closed yet", () => {
  const known = stored("2026-07-01T13:30:00Z", "2026-07-01T13:35:00Z");
  const found = growing([minute("2026-07-01T13:36:00Z", 12), minute("2026-07-01T13:35:00Z", 10)], known, "5m", US);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ at: "2026-07-01T13:35:00.000Z", open: 10, high: 12.5, low: 9.5, close: 12, volume: 200 });
});

it("what the last stored bar holds is not counted again", () => {
  const known = stored("2026-07-01T13:30:00Z", "2026-07-01T13:35:00Z");
  expect(growing([minute("2026-07-01T13:34:00Z", 99)], known, "5m", US)).toEqual([]);
});

it("hours begin where the session opens", () => {
  const known = stored("2026-07-01T13:30:00Z", "2026-07-01T14:30:00Z");
  const found = growing([minute("2026-07-01T15:29:00Z", 10), minute("2026-07-01T15:30:00Z", 11)], known, "1h", US);
  expect(found.map(({ at }) => at.slice(11, 16))).toEqual(["14:30", "15:30"]);
});

it("a day is its session so far, without what trades before it", () => {
  const found = growing([minute("2026-07-01T13:00:00Z", 99), minute("2026-07-01T13:30:00Z", 10), minute("2026-07-01T14:00:00Z", 8)], day, "1d", US);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ session: "2026-07-01", open: 10, close: 8, volume: 200 });
});

it("premarket is drawn where extended hours are", () => {
  const known = stored("2026-06-30T23:55:00Z", "2026-07-01T00:00:00Z");
  const before = minute("2026-07-01T08:02:00Z", 10);
  expect(growing([before], known, "5m", US)).toEqual([]);
  expect(growing([before], known, "5m", tradingDay("AAPL", "extended"))[0]?.at).toBe("2026-07-01T08:00:00.000Z");
});

it("days make no minutes, and weeks are not guessed", () => {
  const known = stored("2026-07-01T13:30:00Z", "2026-07-01T13:35:00Z");
  expect(growing([minute("2026-07-01T13:35:00Z", 9, { timeframe: "1d" })], known, "5m", US)).toEqual([]);
  expect(growing([minute("2026-07-06T13:35:00Z", 9)], day, "1w", US)).toEqual([]);
});

const served = (series: string, ...times: string[]) => ({ series, bars: times.map((time) => ({ time, end: time, session: time.slice(0, 10), open: 1, high: 2, low: 0.5, close: 1, volume: 10 })) });

it("the day is made of all its minutes, those of before the page was opened among them", () => {
  const open = together(served("us:x", "2026-07-01T13:30:00Z", "2026-07-01T13:31:00Z"), [{ ...minute("2026-07-01T13:31:00Z", 12), series: "us:x" }, { ...minute("2026-07-01T13:32:00Z", 9), series: "us:x" }], "2026-06-30T20:00:00Z");
  expect(growing(open, day, "1d", US)).toMatchObject([{ session: "2026-07-01", open: 1, high: 12.5, low: 0.5, close: 9, volume: 210 }]);
  expect(soFar(open, US)).toMatchObject({ session: "2026-07-01", low: 0.5, high: 12.5 });
});

it("another feed's minutes, and those of before what is asked for, are left out", () => {
  const heard = [{ ...minute("2026-07-01T13:32:00Z", 9), series: "us:other" }, { ...minute("2026-06-30T19:59:00Z", 9), series: "us:x" }];
  expect(together(served("us:x"), heard, "2026-06-30T20:00:00Z")).toEqual([]);
});

it("minutes are asked for of the whole open session, and none of one that is stored as a day", () => {
  const known = stored("2026-07-01T13:30:00Z", "2026-07-01T13:35:00Z");
  expect(lackingSince(known, "5m", "2026-07-01")).toBe("2026-07-01");
  expect(lackingSince(known, "5m", "2026-07-02")).toBe("2026-07-01T13:35:00Z");
  expect(lackingSince(day, "1d", "2026-06-30")).toBeUndefined();
  expect(lackingSince([], "1d", "2026-06-30")).toBeUndefined();
});
