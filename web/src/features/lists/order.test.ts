import { expect, it } from "vitest";
import { added, moved, restored } from "./order";

it("moves a symbol, no further than the list is long", () => {
  expect(moved(["A", "B", "C"], "C", -1)).toEqual(["A", "C", "B"]);
  expect(moved(["A", "B", "C"], "A", 99)).toEqual(["B", "C", "A"]);
  const list = ["A", "B"];
  expect(moved(list, "A", -1)).toBe(list);
  expect(moved(list, "NEVER", 1)).toBe(list);
});

it("adds each symbol once, behind the others", () => {
  expect(added(["A", "B"], ["C", "A", "C"])).toEqual(["A", "B", "C"]);
});

it("what was removed comes back to where it was, though the list went on meanwhile", () => {
  const before = ["A", "B", "C", "D"];
  expect(restored(["A", "D"], ["B", "C"], before)).toEqual(before);
  expect(restored(["D", "X", "A"], ["B"], before)).toEqual(["B", "D", "X", "A"]);
  expect(restored(["A", "NEW"], ["D"], before)).toEqual(["A", "NEW", "D"]);
  expect(restored(["A", "B"], ["B"], before)).toEqual(["A", "B"]);
});
