import { expect, it } from "vitest";
import { isFound } from "./found";

const ONE = { section: "risk", key: "per_trade", value: 0.01, origin: "built in", about: "share of the account", is_secret: false, is_unused: false };

it("finds a setting by its name, value, meaning or place, by all words that are written", () => {
  expect(["per_trade", "RISK", "0.01", "account built", ""].map((words) => isFound(ONE, words))).toEqual([true, true, true, true, true]);
  expect(isFound(ONE, "risk scanner.toml")).toBe(false);
});
