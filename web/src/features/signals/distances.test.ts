import { expect, it } from "vitest";
import type { ShownSignal } from "@/client";
import { factorsOf } from "./Detail";
import { distances } from "./distances";

const signal = (more: Partial<ShownSignal>) => ({ entry: 100, stop: 96, target1: 106, target2: null, trigger_price: null, exit_price: null, ...more }) as ShownSignal;
const said = (one: ShownSignal) => distances(one).map(({ name, percent, r }) => [name, percent && Math.round(percent), r]);

it("levels stand from the highest down, each with its distance in percent and in R", () => {
  expect(said(signal({}))).toEqual([["target", 6, 1.5], ["entry", null, null], ["stop", -4, -1]]);
});

it("who sells wins below", () => {
  expect(said(signal({ stop: 104, target1: 94 }))).toEqual([["stop", 4, -1], ["entry", null, null], ["target", -6, 1.5]]);
});

it("what is not known is left out, and without a stop there is no R", () => {
  expect(said(signal({ stop: null, exit_price: 103 }))).toEqual([["target", 6, null], ["exit", 3, null], ["entry", null, null]]);
});

it("confluence factors are read in each shape they come in", () => {
  expect(factorsOf(["above its 50-day mean"])).toEqual([["above its 50-day mean", "✓"]]);
  expect(factorsOf([{ name: "trend", factor: 1.1 }])).toEqual([["trend", "× 1.10"]]);
  expect(factorsOf({ daily_trend: 1.2 })).toEqual([["daily trend", "× 1.20"]]);
  expect([factorsOf(null), factorsOf([null, 5]), factorsOf("x")]).toEqual([[], [], []]);
});
