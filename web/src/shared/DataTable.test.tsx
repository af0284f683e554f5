// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DataTable, type Column } from "./DataTable";

interface Row {
  symbol: string;
  score?: number;
}
const COLUMNS: Column<Row>[] = [
  { id: "symbol", title: "symbol", width: 80, value: (row) => row.symbol, cell: (row) => row.symbol },
  { id: "score", title: "score", width: 60, isNumber: true, value: (row) => row.score, cell: (row) => row.score ?? "◌" },
];
const id = (row: Row) => row.symbol;
const ROWS: Row[] = [{ symbol: "B", score: 3 }, { symbol: "A", score: 9 }, { symbol: "C" }];

beforeEach(() => {
  // jsdom has no layout: the table is told that it is 600 px high
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(600);
  const nothing = () => undefined;
  vi.stubGlobal("ResizeObserver", class { observe = nothing; unobserve = nothing; disconnect = nothing });
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const body = () => screen.getAllByRole("rowgroup")[1] ?? expect.fail("no body");
const symbols = () => screen.getAllByRole("row").slice(1).map((row) => within(row).queryAllByRole("cell")[0]?.textContent);

it("sorts numbers from the greatest, and what is not known last either way", async () => {
  render(<DataTable label="t" rows={ROWS} columns={COLUMNS} id={id} />);
  await userEvent.click(screen.getByRole("button", { name: "score" }));
  expect(symbols()).toEqual(["A", "B", "C"]);
  await userEvent.click(screen.getByRole("button", { name: /score/ }));
  expect(symbols()).toEqual(["B", "A", "C"]);
  expect(screen.getByRole("columnheader", { name: /score/ }).getAttribute("aria-sort")).toBe("ascending");
});

it("keeps rows still below the pointer while values arrive", () => {
  const sorting = [{ id: "score", desc: true }];
  const { rerender } = render(<DataTable label="t" rows={ROWS} columns={COLUMNS} id={id} sorting={sorting} />);
  const later = ROWS.map((row) => (row.symbol === "C" ? { ...row, score: 50 } : row));
  fireEvent.pointerMove(screen.getByText("A"));
  rerender(<DataTable label="t" rows={later} columns={COLUMNS} id={id} sorting={sorting} />);
  expect(symbols()).toEqual(["A", "B", "C"]);
  fireEvent.pointerLeave(body());
  rerender(<DataTable label="t" rows={[...later]} columns={COLUMNS} id={id} sorting={sorting} />);
  expect(symbols()).toEqual(["C", "A", "B"]);
});

it("shows an order that is asked for at once, and keeps rows still in it from then on", () => {
  const { rerender } = render(<DataTable label="t" rows={ROWS} columns={COLUMNS} id={id} sorting={[]} onSort={() => undefined} />);
  fireEvent.pointerMove(screen.getByText("A"));
  fireEvent.click(screen.getByRole("button", { name: "score" }));
  const sorting = [{ id: "score", desc: true }];
  rerender(<DataTable label="t" rows={ROWS} columns={COLUMNS} id={id} sorting={sorting} />);
  expect(symbols()).toEqual(["A", "B", "C"]);
  fireEvent.pointerMove(screen.getByText("A"));
  const later = ROWS.map((row) => (row.symbol === "C" ? { ...row, score: 50 } : row));
  rerender(<DataTable label="t" rows={later} columns={COLUMNS} id={id} sorting={sorting} />);
  expect(symbols()).toEqual(["A", "B", "C"]);
});

it("lets rows that somebody arranges go where they are put, below the pointer too", () => {
  const { rerender } = render(<DataTable label="t" rows={ROWS} columns={COLUMNS} id={id} isArranged />);
  fireEvent.pointerMove(screen.getByText("A"));
  rerender(<DataTable label="t" rows={ROWS.toReversed()} columns={COLUMNS} id={id} isArranged />);
  expect(symbols()).toEqual(["C", "A", "B"]);
});

it("draws only what is in sight of ten thousand rows, and says how many there are", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => ({ symbol: `S${index}`, score: index }));
  render(<DataTable label="t" rows={many} columns={COLUMNS} id={id} />);
  const drawn = screen.getAllByRole("row").length;
  expect(drawn).toBeGreaterThan(20);
  expect(drawn).toBeLessThan(60);
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
  const below = document.querySelector<HTMLElement>(".gap td");
  expect(below?.style.height, "what is not drawn has its height").toBe(`${(10_000 - drawn + 1) * 28}px`);
});

it("j and k choose rows, enter opens one", async () => {
  const select = vi.fn();
  const open = vi.fn();
  render(<DataTable label="t" rows={ROWS} columns={COLUMNS} id={id} selected="B" onSelect={select} onOpen={open} />);
  screen.getByRole("region").focus();
  await userEvent.keyboard("j{Enter}");
  expect(select).toHaveBeenCalledWith(ROWS[1]);
  expect(open).toHaveBeenCalledWith(ROWS[0]);
});

it("enter on what stands in the table does what that does, and opens no row", async () => {
  const open = vi.fn();
  const act = vi.fn();
  const acts: Column<Row>[] = [
    { id: "act", title: "act", width: 60, value: () => undefined, cell: (row) => <button onClick={act}>move {row.symbol}</button> },
    { id: "note", title: "note", width: 60, value: () => undefined, cell: (row) => <input aria-label={`note of ${row.symbol}`} /> },
  ];
  render(<DataTable label="t" rows={ROWS} columns={[...COLUMNS, ...acts]} id={id} selected="B" onOpen={open} />);
  for (const title of ["score", "move A"]) {
    screen.getByRole("button", { name: title }).focus();
    await userEvent.keyboard("{Enter}");
  }
  expect(symbols(), "the title sorts").toEqual(["A", "B", "C"]);
  expect(act).toHaveBeenCalledOnce();
  const note = screen.getByLabelText<HTMLInputElement>("note of B");
  note.focus();
  await userEvent.keyboard("jk{Enter}");
  expect(note.value).toBe("jk");
  expect(open).not.toHaveBeenCalled();
});

it("arrows choose rows from a column's title too", async () => {
  const select = vi.fn();
  render(<DataTable label="t" rows={ROWS} columns={COLUMNS} id={id} selected="B" onSelect={select} />);
  screen.getByRole("button", { name: "symbol" }).focus();
  await userEvent.keyboard("{ArrowDown}");
  expect(select).toHaveBeenCalledWith(ROWS[1]);
});

it("a row that is chosen by an arrow comes into sight whole, below the head that stands on the rows", async () => {
  const to = vi.fn();
  vi.spyOn(Element.prototype, "scrollHeight", "get").mockReturnValue(101 * 28);
  Element.prototype.scrollTo = to;
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(600);
  const many = Array.from({ length: 100 }, (_, index) => ({ symbol: `S${index}`, score: index }));
  render(<DataTable label="t" rows={many} columns={COLUMNS} id={id} selected="S19" />);
  screen.getByRole("region").focus();
  await userEvent.keyboard("j");
  expect(to).toHaveBeenCalledWith(expect.objectContaining({ top: 28 + 21 * 28 - 600 }));
});

it("shows a name as text, whatever it is made of", () => {
  render(<DataTable label="t" rows={[{ symbol: "<img src=x onerror=alert(1)>" }]} columns={COLUMNS} id={id} />);
  expect(document.querySelector("img")).toBeNull();
});
