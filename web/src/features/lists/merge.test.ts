import { expect, it } from "vitest";
import { changes, merged, type Body } from "./merge";

const BASE: Body = { name: "Mine", description: "", symbols: ["A", "B", "C"] };

it("says what became of a portfolio", () => {
  expect(changes(BASE, { name: "Ours", description: "x", symbols: ["A", "C", "D"] })).toEqual([
    "it is called “Ours” now, no longer “Mine”",
    "it has another description",
    "added: D",
    "removed: B",
  ]);
  expect(changes(BASE, { ...BASE, symbols: ["C", "B", "A"] })).toEqual(["its symbols stand in another order"]);
  expect(changes(BASE, BASE)).toEqual([]);
});

it("loses nothing that only one of two has changed", () => {
  const mine = { name: "Renamed", description: "", symbols: ["A", "B", "C", "M"] };
  const theirs = { name: "Mine", description: "theirs", symbols: ["A", "C", "T"] };
  expect(merged(BASE, mine, theirs)).toEqual({
    body: { name: "Renamed", description: "theirs", symbols: ["A", "C", "T", "M"] },
    clashes: [],
  });
});

it("what I removed stays removed, and my order stays where nobody else touched the symbols", () => {
  expect(merged(BASE, { ...BASE, symbols: ["A", "B"] }, { ...BASE, symbols: ["A", "B", "C", "T"] }).body.symbols).toEqual(["A", "B", "T"]);
  expect(merged(BASE, { ...BASE, symbols: ["C", "A", "B"] }, { ...BASE, name: "Ours" }).body).toEqual({ name: "Ours", description: "", symbols: ["C", "A", "B"] });
});

it("names what both have changed, and keeps mine until I choose", () => {
  const found = merged(BASE, { ...BASE, name: "Mine 2" }, { ...BASE, name: "Theirs" });
  expect(found.clashes).toEqual(["name"]);
  expect(found.body.name).toBe("Mine 2");
  expect(merged(BASE, { ...BASE, name: "Same" }, { ...BASE, name: "Same" }).clashes).toEqual([]);
});
