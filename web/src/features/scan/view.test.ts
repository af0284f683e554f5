import { expect, it } from "vitest";
import { arranged, moved, passing, seenAs, sortingOf, sortText, STANDARD, toggled, viewOf, written } from "./view";

const every = ["symbol", "price", "score", "own"].map((id) => ({ id }));
const ids = (columns: { id: string }[]) => columns.map(({ id }) => id);

it("columns stand in the order that was chosen, each once, those of another scanner left out", () => {
  expect(ids(arranged(every, ["score", "symbol", "score", "gone"]))).toEqual(["score", "symbol"]);
});

it("where none of the chosen columns is there, those that a page begins with are", () => {
  expect(ids(arranged(every, ["gone"]))).toEqual(["symbol", "price", "score"]);
  expect(ids(arranged([], STANDARD))).toEqual([]);
});

it("a column is moved as far as there are places, and the last one in sight stays", () => {
  expect(moved(["a", "b", "c"], "b", -1)).toEqual(["b", "a", "c"]);
  expect(moved(["a", "b", "c"], "c", 5)).toEqual(["a", "b", "c"]);
  expect(moved(["a"], "x", 1)).toEqual(["a"]);
  expect(toggled(["a", "b"], "a")).toEqual(["b"]);
  expect(toggled(["b"], "b")).toEqual(["b"]);
  expect(toggled(["b"], "a")).toEqual(["b", "a"]);
});

it("an order of several columns reads back from the address", () => {
  const sorting = [{ id: "score", desc: true }, { id: "symbol", desc: false }];
  expect(sortText(sorting)).toBe("-score,symbol");
  expect(sortingOf("-score,symbol")).toEqual(sorting);
  expect(sortingOf(undefined)).toEqual([]);
  expect(sortText([])).toBeUndefined();
});

it("a view that others kept is taken as far as it is one", () => {
  expect(viewOf({ columns: ["symbol", 3, null], sort: { rvol: "desc" }, least: { rvol: 2, score: "9" }, find: 4 })).toEqual({
    columns: ["symbol"],
    sort: undefined,
    find: undefined,
    least: { rvol: 2 },
    by_default: undefined,
  });
  expect(viewOf({})).toEqual({});
});

it("rows pass by a part of their symbol and by the least of a number; what is not known does not pass", () => {
  const lines = [{ symbol: "NVDA", rvol: 3 }, { symbol: "NVR", rvol: 1 }, { symbol: "NVO" }, { symbol: "A", rvol: 9 }];
  const columns = [{ id: "rvol", value: (line: { rvol?: number }) => line.rvol }];
  const symbols = (view: object) => passing(lines, columns, view).map(({ symbol }) => symbol);
  expect(symbols({ find: " nv", least: { rvol: 1 } })).toEqual(["NVDA", "NVR"]);
  expect(symbols({ find: "nv" })).toEqual(["NVDA", "NVR", "NVO"]);
  expect(symbols({ least: { gone: 1 } })).toHaveLength(4);
  expect(passing(lines, columns, {})).toBe(lines);
});

it("where the address says nothing the usual view is shown, and else what it says", () => {
  const kept = [{ id: "a", view: { columns: ["symbol"] } }, { id: "b", view: { columns: ["symbol", "rvol"], sort: "-rvol", by_default: true } }];
  expect(seenAs({}, kept)).toMatchObject({ id: "b", view: { columns: ["symbol", "rvol"], sort: "-rvol" } });
  expect(seenAs({ view: "standard" }, kept)).toMatchObject({ id: "standard", view: { columns: undefined, sort: undefined } });
  expect(seenAs({ columns: "price,symbol", view: "b" }, kept)).toMatchObject({ id: "b", view: { columns: ["price", "symbol"], sort: undefined } });
  expect(seenAs({}, [])).toMatchObject({ view: {} });
});

it("a view is written into an address and reads back as it", () => {
  const view = { columns: ["symbol", "rvol"], sort: "-rvol", find: "nv", least: { rvol: 2 } };
  expect(seenAs(written(view, "x"))).toEqual({ view, id: "x" });
});
