// @vitest-environment jsdom
import { expect, it } from "vitest";
import { asks, changeOf, draft, ruleOf } from "./rules";

function form(values: Record<string, string | string[]>): FormData {
  const made = new FormData();
  for (const [name, given] of Object.entries(values)) for (const one of [given].flat()) made.append(name, one);
  return made;
}

it("reads a rule from its form", () => {
  const written = form({
    name: " breakouts ",
    scanners: ["breakout", "gap"],
    symbols: "aapl, msft  btc/usdt",
    watchlist: "on",
    min_confidence: "70",
    direction: "BUY",
    phases: ["regular"],
    statuses: ["active", "closed"],
    channels: ["email"],
    cooldown_minutes: "60",
    is_active: "on",
  });
  expect(ruleOf(written)).toEqual({
    name: "breakouts",
    conditions: {
      scanners: ["breakout", "gap"],
      symbols: ["AAPL", "MSFT", "BTC/USDT"],
      watchlist: true,
      min_confidence: "70",
      direction: "BUY",
      phases: ["regular"],
      statuses: ["active", "closed"],
    },
    channels: ["email"],
    cooldown_minutes: "60",
    is_active: true,
  });
});

it("asks nothing for what is left empty, and leaves to the service what is no number", () => {
  const rule = ruleOf(form({ name: "x", symbols: "", min_confidence: "much", direction: "", cooldown_minutes: "" }));
  expect(rule.conditions).toMatchObject({ symbols: [], watchlist: false, min_confidence: "much", direction: null, statuses: [] });
  expect(rule).toMatchObject({ cooldown_minutes: 0, is_active: false });
  expect(ruleOf(form({ name: "x" })).conditions?.min_confidence).toBeNull();
});

it("begins a rule for a symbol with that symbol, told of once it is found", () => {
  expect(draft({ symbol: "AAPL" })).toMatchObject({ name: "AAPL", conditions: { symbols: ["AAPL"], statuses: ["active"] } });
  expect(draft({ scanner: "volume_spike" })).toMatchObject({ name: "volume spike", conditions: { scanners: ["volume_spike"] } });
});

it("says in words what a rule asks", () => {
  const conditions = { scanners: ["volume_spike"], watchlist: true, min_confidence: 70, direction: "BUY" as const, phases: ["after_hours" as const] };
  expect(asks({ name: "x", conditions })).toBe("volume spike · on your watchlist · confidence ≥ 70 · BUY · after hours");
  expect(asks({ name: "x" })).toBe("any scanner");
  expect(asks({ name: "x", conditions: { min_confidence: 0, statuses: [] } })).toBe("any scanner · confidence ≥ 0 · whatever becomes of it");
});

it("gives a deleted rule back without what the service adds", () => {
  const kept = { ...draft({ symbol: "A" }), id: "1", created_at: "", updated_at: "" };
  expect(changeOf(kept)).toEqual(draft({ symbol: "A" }));
});
