import { expect, it } from "vitest";
import type { QuickSignal, ScanRow } from "@/client";
import { composer, part, partValue, whose } from "./rows";

const hit = (symbol: string) => ({ symbol, pattern: "up", bar_time: "2026-03-02T14:30:00Z" }) as ScanRow;
const quick = new Map([["A", { symbol: "A" } as QuickSignal], ["B", { symbol: "B" } as QuickSignal]]);

it("only the line that has deepened is a new one", () => {
  const compose = composer();
  const hits = [hit("A"), hit("B")];
  const [a, b] = compose(hits, quick, new Map());
  const [a2, b2] = compose(hits, quick, new Map([["B", { opportunity_score: 61 }]]));
  expect(a2).toBe(a);
  expect(b2).not.toBe(b);
  expect(b2 && partValue(b2, "score")).toBe(61);
});

it("a part that abstains gives its reason and no value", () => {
  const [line] = composer()([hit("A")], quick, new Map([["A", { ml_prediction: { available: false, reason: "no model" } }]]));
  expect(line && part(line, "ml")).toEqual({ reason: "no model" });
  expect(line && partValue(line, "ml")).toBeUndefined();
});

it("without a scan, the lines are those of the quick look", () => {
  expect(composer()(null, quick, new Map()).map(({ symbol }) => symbol)).toEqual(["A", "B"]);
});

it("hits of a past day do not deepen: they show their own levels, and say why the rest is not there", () => {
  const then = { ...hit("A"), entry: 10, stop: 9, target1: 13 };
  const [line] = composer()([then], new Map(), new Map(), () => false);
  expect(line && [partValue(line, "stop"), partValue(line, "target"), partValue(line, "ratio")]).toEqual([9, 13, 3]);
  expect(line && part(line, "score")).toEqual({ reason: "analysed for today's bars only" });
  const [flat] = composer()([{ ...then, stop: 10 }], new Map(), new Map(), () => false);
  expect(flat && partValue(flat, "ratio"), "nothing is risked: no ratio").toBeUndefined();
});

it("levels that are known deeply are shown where they are of the hit's side, and else its own", () => {
  const bought = { ...hit("A"), direction: "BUY" as const, entry: 10, stop: 9, target1: 13 };
  const levels = (side: string) => ({ sl_tp: { side, stopLoss: 11, takeProfit: 8, riskReward: 2 } });
  const shown = (deep: object) => {
    const [line] = composer()([bought], quick, new Map([["A", deep]]));
    return line && (["stop", "target", "ratio"] as const).map((name) => partValue(line, name));
  };
  expect(shown(levels("BUY"))).toEqual([11, 8, 2]);
  expect(shown(levels("SELL"))).toEqual([9, 13, 3]);
  expect(shown({ sl_tp: { available: false, reason: "HOLD has no side" } })).toEqual([9, 13, 3]);
  const says = (deep: object) => composer()([bought], quick, new Map([["A", deep]])).map((line) => whose(line, "stop"));
  expect([says(levels("BUY")), says(levels("SELL"))]).toEqual([["deep"], ["scan"]]);
});

it("what can be won by what can be lost is not said where there is no target", () => {
  const levels = (takeProfit: number | undefined) => new Map([["A", { sl_tp: { stopLoss: 9, takeProfit, riskReward: 2 } }]]);
  const ratioOf = (takeProfit?: number) => composer()(null, quick, levels(takeProfit)).map((line) => partValue(line, "ratio"))[0];
  expect([ratioOf(12), ratioOf()]).toEqual([2, undefined]);
});
