import { expect, it } from "vitest";
import { nameOf } from "./naming";

it.each([
  [{ scanner: "volume_spike" }, "volume spike"],
  [{ scanner: "gap", pattern: "gap_up" }, "gap · gap up"],
  [{ phase: "after_hours" }, "after hours"],
  [{ regime: null }, "not known"],
  [{ decile: 3 }, "3"],
  [{ decile: null }, "no score"],
  [{ confidence_from: 70 }, "70–80"],
  [{ confidence_from: 0 }, "0–10"],
  [{ confidence_from: null }, "no confidence"],
])("%j is called %s", (group, name) => {
  expect(nameOf(group)).toBe(name);
});
