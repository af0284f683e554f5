import { expect, it } from "vitest";
import { filterOf, signalsSearch } from "./address";

it("an address keeps what the service understands", () => {
  const good = { symbol: "BTC/USDT", scanner: "breakout", pattern: "gap up", direction: "BUY", phase: "premarket", status: "active", min_confidence: 70, from: "2026-03-01", to: "2026-03-31", signal: "abc" };
  expect(signalsSearch(good)).toEqual(good);
});

it.each([
  { status: "open" },
  { phase: "noon" },
  { direction: "HOLD" },
  { min_confidence: 101 },
  { min_confidence: "high" },
  { from: "2026-13-01" },
  { to: "yesterday" },
  { symbol: "A B" },
  { symbol: "X".repeat(33) },
  { scanner: "" },
])("%j asks nothing", (given) => expect(filterOf(signalsSearch(given))).toEqual({}));

it("a symbol of digits is a symbol", () => expect(signalsSearch({ symbol: 700 }).symbol).toBe("700"));

it("the signal that is looked at is no part of the filter", () => {
  expect(filterOf(signalsSearch({ status: "active", signal: "abc" }))).toEqual({ status: "active" });
});
