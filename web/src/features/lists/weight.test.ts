import { expect, it } from "vitest";
import { weighed } from "./weight";

const quote = (symbol: string, change_pct: number | null, sparkline: number[], more = {}) => ({
  symbol, last: 10, change_pct, volume: 1, rvol: 1, sparkline, time: "2026-03-02T21:00:00Z", age: 60, labels: [], ...more,
});

it("is the mean of its symbols, whatever each costs", () => {
  const found = weighed(["A", "B", "C"], [quote("A", 10, [10, 11]), quote("B", -2, [1000, 980]), quote("Z", 50, [1, 2])]);
  expect(found).toMatchObject({ priced: 2, all: 3, change: 4, up: 1, down: 1, lined: 2 });
  expect(found.line[0]).toBe(100);
  expect(found.line[1]).toBeCloseTo(104);
});

it("leaves a symbol that is too young out of the line, and says of how many it is", () => {
  expect(weighed(["A", "B"], [quote("A", 1, [10, 11, 12]), quote("B", 1, [5, 50])])).toMatchObject({ lined: 1, line: [100, expect.closeTo(110), 120] });
});

it("says how old the oldest price is and what must be known of any", () => {
  const found = weighed(["A", "B"], [quote("A", 1, [], { labels: ["simulated"] }), quote("B", null, [], { age: 90_000, labels: ["stale since 2026-03-02", "simulated"] })]);
  expect(found).toMatchObject({ age: 90_000, labels: ["simulated", "stale since 2026-03-02"], change: 1, line: [] });
});

it("of nothing says nothing", () => {
  expect(weighed([], [])).toEqual({ priced: 0, all: 0, change: null, up: 0, down: 0, line: [], lined: 0, age: 0, labels: [] });
});
