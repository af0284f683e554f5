import { expect, it } from "vitest";
import type { ScannerDescription } from "@/client";
import { configOf, draftOf, fieldsOf, ofRange, ofScanner, questionOf } from "./draft";
import { parametersOf } from "@/service/parameters";

const parameters = parametersOf({
  properties: {
    min_price: { type: "number", default: 5, minimum: 0 },
    side: { enum: ["none", "long"], default: "none", type: "string" },
  },
});
const daily = { name: "lc", timeframes: ["1d"] } as ScannerDescription;

it("a question that was asked is written into the fields, and asks the same again", () => {
  const asked = { scanner: "gap", universe: "nasdaq", config: { min_price: 12.5 }, preset: "x" };
  const draft = draftOf(asked);
  const fields = fieldsOf(parameters, draft.texts);
  expect(fields.map(({ text }) => text)).toEqual(["12.5", "none"]);
  expect(questionOf(draft, configOf(fields) ?? {})).toEqual(asked);
});

it("what can't be asked is no question, and says why at its field", () => {
  const fields = fieldsOf(parameters, { min_price: "-3" });
  expect(configOf(fields)).toBeNull();
  expect(fields[0]?.wrong).toBe("0 or more");
});

it("a value written back to its default is none of the question's", () => {
  expect(configOf(fieldsOf(parameters, { min_price: "5.0", side: "long" }))).toEqual({ side: "long" });
});

it("of another scanner, what it can be asked too stays", () => {
  const draft = { ...draftOf({ scanner: "gap", timeframe: "5m", universe: "nyse", preset: "x", config: { min_price: 9 } }) };
  expect(ofScanner(draft, "lc", [daily])).toMatchObject({ scanner: "lc", timeframe: undefined, universe: "nyse", preset: undefined, texts: {} });
  expect(ofScanner({ ...draft, date: "2026-03-02" }, "quick").date).toBeUndefined();
});

it("a cutoff and extended hours are asked of bars within the day only", () => {
  const draft = draftOf({ scanner: "gap", timeframe: "5m", hours: "extended", cutoff: "09:50", symbols: "nvda aapl" });
  expect(questionOf(draft, {})).toMatchObject({ hours: "extended", cutoff: "09:50", symbols: "NVDA,AAPL" });
  expect(questionOf({ ...draft, timeframe: undefined }, {})).toMatchObject({ hours: undefined, cutoff: undefined });
});

it("of many dates it is asked what whole sessions can answer, up to the day it was asked for", () => {
  const asked = { scanner: "gap", universe: "nasdaq", timeframe: "5m", cutoff: "09:50", date: "2025-06-30", preset: "x", config: { min_price: 5 } };
  expect(ofRange(asked)).toEqual({ scanner: "gap", universe: "nasdaq", to: "2025-06-30", config: { min_price: 5 } });
});
