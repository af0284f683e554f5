import { expect, it } from "vitest";
import { viewOf, withNote } from "./view";

it("reads what is kept, and nothing that is no order or note", () => {
  expect(viewOf(undefined)).toEqual({ order: [], notes: {} });
  expect(viewOf({ view: { order: ["A", 5, null, "B"], notes: { A: "x", B: 7 } } })).toEqual({ order: ["A", "B"], notes: { A: "x" } });
  expect(viewOf({ view: { order: "AB", notes: "x" } })).toEqual({ order: [], notes: {} });
});

it("a note replaces the one before, and an empty one is none", () => {
  const view = withNote(withNote({ order: ["A"], notes: {} }, "A", " first "), "B", "other");
  expect(view).toEqual({ order: ["A"], notes: { A: "first", B: "other" } });
  expect(withNote(view, "A", "  ").notes).toEqual({ B: "other" });
});
