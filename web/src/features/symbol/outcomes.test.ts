import { expect, it } from "vitest";
import type { ShownSignal } from "@/client";
import { hitRate, outcomeSign, outcomeWords } from "./outcomes";

const one = (outcome: ShownSignal["outcome"], r: number | null = null, status: ShownSignal["status"] = "closed") => ({ outcome, r, status }) as ShownSignal;
const some = (count: number, outcome: ShownSignal["outcome"]) => Array.from({ length: count }, () => one(outcome, 0));

// Newcombe (1998), table I: Wilson's interval without continuity correction
it.each([
  [81, 263, 25.53, 36.62],
  [15, 148, 6.24, 16.05],
  [0, 20, 0, 16.11],
  [1, 29, 0.61, 17.18],
])("of %i hits in %i the interval is the published one", (hits, n, low, high) => {
  const rate = hitRate([...some(hits, "success"), ...some(n - hits, "failure")]);
  expect(rate?.low).toBeCloseTo(low, 2);
  expect(rate?.high).toBeCloseTo(high, 2);
});

it("counts signals that were traded to an end, and no others", () => {
  const rate = hitRate([one("success", 1.5), one("timed_out", 0.5), one("open"), one("no_trade")]);
  expect(rate).toMatchObject({ n: 2, hits: 1, rate: 50, meanR: 1 });
  expect(hitRate([one("open")])).toBeNull();
});

it("an outcome can be told without its colour", () => {
  const signs = (["success", "failure", "timed_out", "no_trade"] as const).map((outcome) => outcomeSign(one(outcome)));
  expect(new Set(signs).size).toBe(4);
  expect(outcomeSign(one("success", 1.5))).toBe("✓ +1.5 R");
  expect(outcomeWords(one("no_trade", null, "expired"))).toBe("expired, not traded");
});
