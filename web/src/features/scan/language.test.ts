import { expect, it } from "vitest";
import type { WordAnswer } from "@/client";
import { callAt, choices, mistaken, pieces, placeOf, put, readable } from "./language";

const column = (name: string): WordAnswer => ({ name, kind: "column", signature: name, meaning: `${name}.`, parameters: [], fields: [] });
const call = (name: string, parameters: string[], fields: string[] = []): WordAnswer => ({
  name,
  kind: "function",
  signature: `${name}(${parameters.join(", ")})`,
  meaning: `${name} means.`,
  parameters: parameters.map((one) => ({ name: one, kind: "number", default: "" })),
  fields,
});
const WORDS = [
  ...["open", "high", "low", "close", "volume", "raw.close", "raw.open"].map(column),
  call("highest", ["x", "length"]),
  call("vwap", []),
  call("on", ["timeframe", "x"]),
  call("macd", ["fast", "slow", "signal"], ["line", "signal", "histogram"]),
];

/** What is offered where the bar stands in a text. */
function offered(written: string, asked = false): string[] {
  const caret = written.indexOf("|");
  return (choices(WORDS, written.replace("|", ""), caret, asked)?.items ?? []).map(({ shown }) => shown);
}

/** What stands there once the first offer is taken, the caret as a bar. */
function taken(written: string): string | undefined {
  const caret = written.indexOf("|");
  const text = written.replace("|", "");
  const found = choices(WORDS, text, caret);
  const first = found?.items[0];
  if (!found || !first) return undefined;
  const made = put(found, first, text);
  return `${made.text.slice(0, made.caret)}|${made.text.slice(made.caret)}`;
}

it("names that begin so come before those that hold it", () => {
  expect(offered("close > hi|")).toEqual(["high", "highest(x, length)"]);
  expect(offered("clo|")).toEqual(["close", "raw.close"]);
  expect(offered("close > xyz|")).toEqual([]);
});

it.each([
  ["close > highe|", "close > highest(|)"],
  ["vw|", "vwap()|"],
  ["hig|hest(x, 3)", "high|(x, 3)"],
  ["highe|(high, 20)", "highest(|high, 20)"],
  ["raw.cl| > 5", "raw.close| > 5"],
  ['on("1|', 'on("1m"|'],
  ['on("1h|", close)', undefined],
  ["macd(12, 26).hi| > 0", "macd(12, 26).histogram| > 0"],
  ["highest(len|", "highest(length=|"],
])("%s becomes %s", (written, then) => {
  expect(taken(written)).toBe(then);
});

it("behind the dot of a call that has several values, they are offered, of the call that it closes", () => {
  expect(offered("macd(12, highest(x, 3)).|")).toEqual(["line", "signal", "histogram"]);
  expect(offered("vwap().|")).toEqual([]);
});

it("nothing is offered for a name that is written out, within a number, or where nothing is begun unless asked", () => {
  expect(offered("volume|")).toEqual([]);
  expect(offered("close > 5k|")).toEqual([]);
  expect(offered("close > |")).toEqual([]);
  expect(offered("close > |", true).length).toBeGreaterThan(5);
});

it("the call that the caret is in is known through brackets and conditions", () => {
  const at = (written: string) => callAt(written.replace("|", ""), written.indexOf("|"));
  expect(at("highest(high, |20)")).toEqual({ name: "highest", argument: 1 });
  expect(at("highest(max(a, b), (c + |d))")).toEqual({ name: "highest", argument: 1 });
  expect(at("close > (open and (|low))")).toBeNull();
  expect(at("not (close|)")).toBeNull();
  expect(at("highest(close[1|], 3)")).toEqual({ name: "highest", argument: 0 });
});

it("pieces put together are the formula, names apart", () => {
  const text = "raw.close > 5 and rvol(20)";
  expect(pieces(text).map((one) => one.text).join("")).toBe(text);
  expect(pieces(text).filter(({ isName }) => isName).map((one) => one.text)).toEqual(["raw.close", "and", "rvol"]);
});

it("a mistake is underlined at its name, its sign, or the last sign of what ends too early", () => {
  const underlined = (text: string, column: number) => {
    const { from, to } = mistaken(text, placeOf(text, column));
    return text.slice(from, to);
  };
  expect(underlined("close > emaa(close)", 8)).toBe("emaa");
  expect(underlined("close[-1] > 1", 6)).toBe("-");
  expect(underlined("close > ", 8)).toBe(">");
  expect(underlined("", 0)).toBe("");
  expect(underlined("😀 clos > 1", 2), "a column is a whole character").toBe("clos");
});

it("a meaning is read without its marks, its products as they are", () => {
  expect(readable("mean of the `length` bars *before* it, 2 * x")).toBe("mean of the length bars before it, 2 * x");
});
