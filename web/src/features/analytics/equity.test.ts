import { expect, it } from "vitest";
import type { Outcomes } from "@/client";
import { drawdown, drawn, nearest, steps, ticks } from "./equity";

const day = (date: string, total_r: number | null, n = 1) => ({ group: { date }, total_r, n }) as unknown as Outcomes;
const DAYS = steps([day("2026-03-03", -1), day("2026-03-02", 2, 3), day("2026-03-04", null, 0), day("2026-03-05", -2), day("2026-03-09", 4)]);

it("adds the days up in their order, those without an end left out", () => {
  expect(DAYS.map(({ date, n, sum }) => [date, n, sum])).toEqual([
    ["2026-03-02", 3, 2],
    ["2026-03-03", 1, 1],
    ["2026-03-05", 1, -1],
    ["2026-03-09", 1, 3],
  ]);
});

it("finds the deepest fall, from the beginning on", () => {
  expect(drawdown(DAYS)).toEqual({ r: 3, from: "2026-03-02", to: "2026-03-05" });
  expect(drawdown(steps([day("2026-03-02", -1.5), day("2026-03-03", 5)]))).toEqual({ r: 1.5, from: "2026-03-02", to: "2026-03-02" });
  expect(drawdown(steps([day("2026-03-02", 1)]))).toBeNull();
});

it("marks round numbers around what there is", () => {
  expect(ticks(-1, 3)).toEqual([-1, 0, 1, 2, 3]);
  expect(ticks(0, 137)).toEqual([0, 50, 100, 150]);
  expect(ticks(0, 0.3)).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticks(0, 0)).toHaveLength(1);
});

it("draws days where their dates lie, higher for more", () => {
  const { points, levels } = drawn(DAYS, { width: 106, height: 112, left: 0, bottom: 0 });
  expect(points.map(({ x }) => Math.round(x))).toEqual([0, 14, 43, 100]);
  expect(points[0]?.y).toBeLessThan(points[2]?.y ?? 0);
  expect(points[3]?.y).toBe(levels.find(({ value }) => value === 3)?.y);
  expect(nearest(points, 40)).toBe(2);
  expect(drawn(DAYS.slice(0, 1), { width: 106, height: 100, left: 0, bottom: 0 }).points).toHaveLength(1);
});
