import { expect, it } from "vitest";
import { drawn, tradingDay } from "./series";
import { bands, pauses } from "./sessions";

const US = tradingDay("AAPL");
function at(...times: string[]) {
  const bars = times.map((time) => ({ time, end: new Date(Date.parse(time) + 300_000).toISOString(), session: time.slice(0, 10), open: 1, high: 2, low: 0.5, close: 1, volume: 10 }));
  return drawn(bars, false, US);
}

it("premarket and after-hours have a ground of their own, and every second day", () => {
  const bars = at("2026-07-01T13:25:00Z", "2026-07-01T13:30:00Z", "2026-07-01T20:00:00Z", "2026-07-02T13:30:00Z", "2026-07-02T13:35:00Z", "2026-07-06T13:30:00Z");
  expect(bands(bars, US)).toEqual([
    { kind: "premarket", from: 0, to: 0 },
    { kind: "after_hours", from: 2, to: 2 },
    { kind: "other_day", from: 3, to: 4 },
  ]);
});

it("the end of one day and the beginning of the next are two grounds", () => {
  const bars = at("2026-07-01T20:05:00Z", "2026-07-02T20:00:00Z");
  expect(bands(bars, US)).toHaveLength(2);
});

it("coins have neither before nor after", () => {
  const bars = at("2026-07-01T03:00:00Z", "2026-07-01T23:00:00Z");
  expect(bands(bars, tradingDay("BTC/USDT"))).toEqual([]);
});

it("a hole within a session is a pause, a night is none", () => {
  const bars = at("2026-07-01T13:30:00Z", "2026-07-01T13:45:00Z", "2026-07-02T13:30:00Z");
  expect(pauses(bars)).toEqual([{ place: 0, seconds: 600 }]);
});

it("a symbol that often does not trade has no pauses", () => {
  const bars = at(...Array.from({ length: 20 }, (_, n) => new Date(Date.UTC(2026, 6, 1, 13, 30 + n * 15)).toISOString()));
  expect(pauses(bars)).toEqual([]);
});
