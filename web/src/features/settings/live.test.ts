// @vitest-environment jsdom
import { expect, it } from "vitest";
import { askedOf, parameterField, parametersOf, questionOf, withParameters } from "./live";

const KNOWN = parametersOf({
  properties: { min_price: { type: "number", default: 5, description: "lowest" }, closing: { type: "boolean", default: false }, formula: { type: "string" } },
});

function form(values: Record<string, string>): FormData {
  const made = new FormData();
  Object.entries(values).forEach(([name, value]) => made.set(name, value));
  return made;
}

it("reads what was asked, nothing of it for one that never ran", () => {
  expect(askedOf(null)).toEqual({ symbols: null, watchlist: false, scanners: [], config: {} });
  const said = { symbols: ["AAPL"], watchlist: true, scanners: ["gap"], config: { gap: { min_price: 5 } } };
  expect(askedOf(said)).toEqual(said);
});

it("asks for all symbols where none are written, and keeps the parameters", () => {
  const config = { gap: { min_price: 5 } };
  expect(questionOf(form({ symbols: " " }), config)).toEqual({ symbols: null, watchlist: false, scanners: [], config });
  expect(questionOf(form({ symbols: "aapl;msft", watchlist: "on" }), config)).toMatchObject({ symbols: ["AAPL", "MSFT"], watchlist: true });
});

it("changes one scanner's parameters and leaves the others, and leaves out a scanner that has none", () => {
  const before = { gap: { min_price: 9 }, breakout: { min_price: 7 } };
  const written = form({ min_price: "3.5", closing: "true", formula: "" });
  expect(withParameters(before, "gap", KNOWN, written)).toEqual({ breakout: { min_price: 7 }, gap: { min_price: 3.5, closing: true } });
  expect(withParameters(before, "gap", KNOWN, form({ min_price: "" }))).toEqual({ breakout: { min_price: 7 } });
});

it("leaves to the service what is no value", () => {
  expect(withParameters({}, "gap", KNOWN, form({ min_price: "much" }))).toEqual({ gap: { min_price: "much" } });
  expect(parameterField("min_price = 'much': Input should be a valid number")).toBe("min_price");
  expect(parameterField("your live scanner does not run")).toBeUndefined();
});
