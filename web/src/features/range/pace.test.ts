import { expect, it } from "vitest";
import { pace, sampled, type Sample } from "./pace";

const seen = (...steps: [seconds: number, done: number][]) =>
  steps.reduce<readonly Sample[]>((before, [at, done]) => sampled(before, { at: at * 1000, done }), []);

it("a scan that took 8 symbols in 4 seconds takes 16 more for 32 others", () => {
  expect(pace(seen([0, 0], [2, 4], [4, 8], [6, 12]), 44, 6, 6000)).toEqual({ perSecond: 2, left: 16 });
});

it("between two steps the time that is left goes on falling, and not below nothing", () => {
  const steps = seen([0, 0], [2, 4], [4, 8]);
  expect(pace(steps, 12, 5, 5000).left).toBe(1);
  expect(pace(steps, 12, 9, 9000).left).toBe(0);
});

it("who has just begun to look is told the pace since the scan began", () => {
  expect(pace(seen([100, 30]), 60, 15, 100_000)).toEqual({ perSecond: 2, left: 15 });
});

it("nothing is said of a scan that waits, or has done nothing yet", () => {
  expect(pace([], 60, null, 0)).toEqual({ perSecond: null, left: null });
  expect(pace(seen([0, 0]), 60, 3, 3000)).toEqual({ perSecond: null, left: null });
  expect(pace(seen([0, 5]), 60, null, 0)).toEqual({ perSecond: null, left: null });
});

it("a scan that begins anew is measured anew", () => {
  expect(seen([0, 4], [1, 8], [2, 0])).toEqual([{ at: 2000, done: 0 }]);
});

it("looking twice at the same step adds nothing", () => {
  expect(seen([0, 4], [1, 4], [2, 8])).toEqual([{ at: 0, done: 4 }, { at: 2000, done: 8 }]);
});
