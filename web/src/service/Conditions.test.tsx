// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import type { ConditionAnswer } from "@/client";
import { Conditions } from "./Conditions";

afterEach(cleanup);

/** By line: whether it is met, its name, value and threshold. */
const lines = () => screen.getAllByRole("row").slice(1).map((row) => [...row.children].map((cell) => cell.querySelector("[aria-label]")?.getAttribute("aria-label") ?? cell.textContent));

function show(...all: ConditionAnswer[]) {
  render(<Conditions all={all} />);
}

it("a condition of one comparison is one line, with its value and threshold", () => {
  show({ name: "min_price", text: "close >= 5", state: "true", parts: [{ text: "close >= 5", state: "true", operator: ">=", value: 12.5, threshold: 5 }] });
  expect(lines()).toEqual([["true", "min price", "12.50", "≥ 5.00"]]);
});

it("a condition of several comparisons shows all of them, each by its name", () => {
  show({
    name: "trend",
    text: "close > sma(20) and volume > 1000000",
    state: "false",
    parts: [
      { text: "close > sma(20)", state: "true", operator: ">", value: 12.5, threshold: 11 },
      { text: "volume > 1000000", state: "false", operator: ">", value: 20, threshold: 1_000_000 },
    ],
  });
  expect(lines()).toEqual([
    ["false", "trend", "", ""],
    ["true", "close > sma(20)", "12.50", "> 11.00"],
    ["false", "volume > 1000000", "20.00", "> 1.0M"],
  ]);
});

it("what is not known says why", () => {
  show({ name: "rvol", text: "rvol >= 2", state: "unknown", reason: "9 bars of 20", parts: [] });
  expect(lines()).toEqual([["unknown", "rvol", "9 bars of 20", ""]]);
});
