import { expect, it } from "vitest";
import { clicked, inOrder, sorted, type Sorting } from "./order";

interface Row {
  name: string;
  score?: number;
}
const COLUMNS = [
  { id: "name", value: (row: Row) => row.name },
  { id: "score", isNumber: true, value: (row: Row) => row.score },
];
const ROWS: Row[] = [{ name: "b", score: 1 }, { name: "C" }, { name: "a", score: 2 }, { name: "B", score: 1 }];
const names = (sorting: Sorting) => sorted(ROWS, COLUMNS, sorting).map(({ name }) => name).join("");
const name = (row: Row) => row.name;

it("sorts by one column after the other, equal rows as they came, those without a value last either way", () => {
  expect(names([])).toBe("bCaB");
  expect(names([{ id: "score", desc: true }])).toBe("abBC");
  expect(names([{ id: "score", desc: false }])).toBe("bBaC");
  expect(names([{ id: "score", desc: false }, { id: "name", desc: true }])).toBe("BbaC");
  expect(names([{ id: "name", desc: false }])).toBe("abBC");
  expect(names([{ id: "gone", desc: true }])).toBe("bCaB");
});

it("what is not a number is no value: it stands last either way", () => {
  const rows: Row[] = [{ name: "a", score: 2 }, { name: "b", score: NaN }, { name: "c", score: 1 }, { name: "d", score: 3 }];
  const by = (desc: boolean) => sorted(rows, COLUMNS, [{ id: "score", desc }]).map(name).join("");
  expect(by(true)).toBe("dacb");
  expect(by(false)).toBe("cadb");
});

it("leaves the rows themselves as they are", () => {
  names([{ id: "name", desc: false }]);
  expect(ROWS.map(name).join("")).toBe("bCaB");
});

it("a click sorts a column's usual way, the next the other, the third no more", () => {
  const [word, number] = [{ id: "name" }, { id: "score", isNumber: true }];
  let sorting: Sorting = [];
  for (const desc of [true, false]) {
    sorting = clicked(sorting, number, false);
    expect(sorting).toEqual([{ id: "score", desc }]);
  }
  expect(clicked(sorting, number, false)).toEqual([]);
  expect(clicked(sorting, word, false)).toEqual([{ id: "name", desc: false }]);
});

it("a click that adds keeps the other columns, each in its place", () => {
  const both = clicked([{ id: "score", desc: true }], { id: "name" }, true);
  expect(both).toEqual([{ id: "score", desc: true }, { id: "name", desc: false }]);
  const turned = clicked(both, { id: "score", isNumber: true }, true);
  expect(turned).toEqual([{ id: "score", desc: false }, { id: "name", desc: false }]);
  expect(clicked(turned, { id: "score", isNumber: true }, true)).toEqual([{ id: "name", desc: false }]);
});

it("holds an order that was, new rows behind it, and gives the same rows where it is theirs already", () => {
  expect(inOrder(ROWS, ["a", "B", "b"], name).map(name).join("")).toBe("aBbC");
  expect(inOrder(ROWS, ["b", "C", "a", "B"], name)).toBe(ROWS);
});
