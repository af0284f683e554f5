import { defaultParseSearch, defaultStringifySearch } from "@tanstack/react-router";
import { expect, it } from "vitest";
import { asked, isSameQuestion, symbolsIn } from "./question";

it("an address says a question and reads back as it", () => {
  const question = asked({ scanner: "breakout", universe: "nasdaq", symbols: "600519", cutoff: "09:50", config: { min_price: 5, side: "long" } });
  const address = defaultStringifySearch({ ...question });
  expect(address).toMatch(/^\?scanner=breakout&/);
  expect(asked(defaultParseSearch(address))).toEqual(question);
});

it("what is no value of its field is left out", () => {
  expect(asked({ scanner: "", hours: "all", config: [1], date: null, universe: { a: 1 }, more: "x" })).toEqual(asked({}));
});

it("questions are one whatever the order of their parameters and the preset they came from", () => {
  const one = { scanner: "gap", config: { a: 1, b: 2 }, preset: "x" };
  expect(isSameQuestion(one, { config: { b: 2, a: 1 }, scanner: "gap" })).toBe(true);
  expect(isSameQuestion(one, { ...one, config: { a: 1, b: 3 } })).toBe(false);
  expect(isSameQuestion(one, { ...one, list: "watchlist" })).toBe(false);
  expect(isSameQuestion({ scanner: "gap" }, { scanner: "gap", config: {} })).toBe(true);
});

it("symbols may be written with spaces, commas and lines between", () => {
  expect(symbolsIn(" nvda, aapl\nNVDA;btc/usdt ")).toEqual(["NVDA", "AAPL", "BTC/USDT"]);
});
