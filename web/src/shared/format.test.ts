import { expect, it } from "vitest";
import { day, label, price, short, signed, span } from "./format";

it.each([
  [price(211), "211.00"],
  [price(0.5), "0.5000"],
  [price(0.00001234), "0.00001234"],
  [price(null), "–"],
  [signed(1.5), "+1.50"],
  [signed(-0.001), "0.00"],
  [signed(-2.5), "−2.50"],
  [short(16_469_584), "16.5M"],
  [short(0), "0"],
  [span(19_080), "5 h 18 m"],
  [span(-3), "0 s"],
  [label("stale since 2026-03-02"), "STALE since 2026-03-02"],
  [label("volume_scope: iex"), "PARTIAL FEED iex"],
  [label("volume_scope: partial"), "PARTIAL FEED"],
  [label("price_basis: adjusted"), "ADJUSTED PRICES"],
  [label("delayed 15 m"), "DELAYED 15 m"],
  [day("2025-12-31T17:00:00Z", Date.parse("2026-06-01")), "31 Dec 2025"],
])("%s is %s", (text, wanted) => expect(text).toBe(wanted));
