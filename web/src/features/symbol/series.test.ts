import { expect, it } from "vitest";
import { average, barAt, drawn, wall } from "./series";

const bar = (time: string, close: number | null = 1) => ({ time, end: time, session: time.slice(0, 10), open: 1, high: 2, low: 0.5, close, volume: 10 });

it("shows the wall clock of the exchange, in summer and in winter", () => {
  expect(new Date(wall("2026-07-01T13:30:00Z") * 1000).toISOString()).toBe("2026-07-01T09:30:00.000Z");
  expect(new Date(wall("2026-12-01T14:30:00Z") * 1000).toISOString()).toBe("2026-12-01T09:30:00.000Z");
});

it("draws the hour that comes twice once, and no bar without a price", () => {
  const found = drawn([bar("2026-11-01T05:30:00Z"), bar("2026-11-01T06:30:00Z"), bar("2026-11-01T07:30:00Z", null), bar("2026-11-01T08:30:00Z")], false);
  expect(found).toHaveLength(2);
});

it("an average begins where there are enough bars", () => {
  const closes = [1, 2, 3, 4].map((close, time) => ({ time, close }));
  expect(average(closes, 3)).toEqual([{ time: 2, value: 2 }, { time: 3, value: 3 }]);
});

it("a signal stands on the bar that holds it", () => {
  const bars = drawn([bar("2026-07-01T13:30:00Z"), bar("2026-07-01T13:35:00Z")], false);
  expect(barAt(bars, wall("2026-07-01T13:33:00Z"))).toBe(bars[0]?.time);
  expect(barAt(bars, wall("2026-07-01T13:00:00Z"))).toBeUndefined();
});
