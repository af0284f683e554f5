import { expect, it } from "vitest";
import { symbolSearch } from "./address";
import { CATALOGUE, chosen, DEFAULT, indicatorOf, MOST, written } from "./indicators";

it("an address keeps what it knows and drops the rest", () => {
  expect(symbolSearch({ timeframe: "5m", hours: "extended", show: ["rsi14"], signal: "x", as: "table" })).toEqual({ timeframe: "5m", hours: "extended", show: ["rsi14"], signal: "x", as: "table" });
  expect(symbolSearch({ timeframe: "7m", hours: "night", show: "rsi14", signal: 5, as: "poem" })).toEqual({});
});

it("the usual indicators are not written, none is", () => {
  expect(symbolSearch({ show: [...DEFAULT] }).show).toBeUndefined();
  expect(symbolSearch({ show: [] }).show).toEqual([]);
});

it("no more indicators are taken than can be told apart, each once", () => {
  expect(symbolSearch({ show: Array.from({ length: 40 }, (_, n) => `=ema(close, ${n})`) }).show).toHaveLength(MOST);
  expect(symbolSearch({ show: ["rsi14", "rsi14", 5, "x".repeat(3000)] }).show).toEqual(["rsi14"]);
});

it("a formula comes back from the address as it was written", () => {
  const formula = "where(close > open, 1, 0)";
  expect(indicatorOf(written(` ${formula} `, true))).toMatchObject({ pane: true, title: formula, parts: [{ expr: formula }] });
  expect(indicatorOf(written(formula, false))?.pane).toBe(false);
  expect(indicatorOf("=")).toBeUndefined();
  expect(indicatorOf("nothing")).toBeUndefined();
});

it("what is of a session is not drawn on days", () => {
  expect(chosen(["vwap", "sma20"], true).map(({ id }) => id)).toEqual(["sma20"]);
  expect(chosen(["vwap", "sma20"], false).map(({ id }) => id)).toEqual(["vwap", "sma20"]);
});

it("every indicator has a name of its own", () => {
  expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(CATALOGUE.length);
});
