import { expect, it } from "vitest";
import { analyticsSearch, isFiltered, wanted } from "./address";

const NOW = Date.parse("2026-03-10T02:30:00Z"); // the evening of the 9th in New York

it("keeps what an address may say, and nothing else", () => {
  expect(analyticsSearch({ span: "3m", scanner: "gap", direction: "UP", phase: "midnight", from: "2026-13-40", to: "yesterday" })).toEqual({ span: "3m", scanner: "gap" });
  expect(analyticsSearch({ span: "toString" }).span).toBeUndefined();
});

it("a span goes back from the exchange's day; dates go before it", () => {
  expect(wanted({ span: "1w" }, NOW).from).toBe("2026-03-02");
  expect(wanted({ span: "1w", from: "2026-01-05" }, NOW).from).toBe("2026-01-05");
  expect(wanted({ span: "1w", to: "2026-01-05" }, NOW)).toMatchObject({ from: undefined, to: "2026-01-05" });
  expect(wanted({}, NOW).from).toBeUndefined();
});

it("whose model is looked at filters no signal", () => {
  expect(isFiltered({ model: "gap" })).toBe(false);
  expect(isFiltered({ phase: "regular" })).toBe(true);
});
