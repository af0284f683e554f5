import { expect, it } from "vitest";
import { drawn, grownFrom, placeAt, tradingDay, wall } from "./series";

const bar = (time: string, close: number | null = 1) => ({ time, end: time, session: time.slice(0, 10), open: 1, high: 2, low: 0.5, close, volume: 10 });
const US = tradingDay("AAPL");
const clockOf = (seconds: number) => new Date(seconds * 1000).toISOString();

it.each([
  ["in summer", "2026-07-01T13:30:00Z", "2026-07-01T09:30:00.000Z"],
  ["in winter", "2026-12-01T14:30:00Z", "2026-12-01T09:30:00.000Z"],
  ["on the morning that clocks are set forward", "2026-03-08T07:00:00Z", "2026-03-08T03:00:00.000Z"],
  ["an hour before it", "2026-03-08T06:59:00Z", "2026-03-08T01:59:00.000Z"],
])("shows the wall clock of the exchange %s", (_, at, shown) => expect(clockOf(wall(at))).toBe(shown));

it("shows coins by UTC", () => {
  expect(clockOf(tradingDay("BTC/USDT").clock("2026-07-01T13:30:00Z"))).toBe("2026-07-01T13:30:00.000Z");
});

it("draws the hour that comes twice once, and no bar without a price", () => {
  const found = drawn([bar("2026-11-01T05:30:00Z"), bar("2026-11-01T06:30:00Z"), bar("2026-11-01T07:30:00Z", null), bar("2026-11-01T08:30:00Z")], false, US);
  expect(found.map(({ at }) => at.slice(11, 16))).toEqual(["05:30", "08:30"]);
});

it("a day stands at its date, wherever its session opens", () => {
  const [day] = drawn([bar("2026-07-01T13:30:00Z")], true, US);
  expect(clockOf(day?.time ?? 0)).toBe("2026-07-01T00:00:00.000Z");
});

it.each([
  [0, -1],
  [10, 0],
  [14, 0],
  [20, 1],
  [99, 2],
])("time %i is on bar %i", (time, place) => expect(placeAt([{ time: 10 }, { time: 20 }, { time: 30 }], time)).toBe(place));

it("draws no more than the last bar and those behind it where nothing before has changed, else all of them", () => {
  const three = drawn(["2026-07-01T13:30:00Z", "2026-07-01T13:35:00Z", "2026-07-01T13:40:00Z"].map((at) => bar(at)), false, US);
  const [first, second, third] = three;
  if (!first || !second || !third) return expect.fail("three bars");
  const grown = { ...third, close: 9 };
  expect(grownFrom(three, [first, { ...second }, grown]), "made anew, and the same").toBe(2);
  expect(grownFrom([first, second], three)).toBe(1);
  expect(grownFrom(three, [first, { ...second, high: 9 }, grown]), "a late minute in an earlier bar").toBeNull();
  expect(grownFrom(three, [first, third]), "one that is gone").toBeNull();
  expect(grownFrom([second, third], three), "older ones before them").toBeNull();
  expect(grownFrom(three, [])).toBeNull();
  expect(grownFrom([], three)).toBeNull();
});
