// @vitest-environment jsdom
import { cleanup, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { Rates, type RateRow } from "./Rates";

afterEach(cleanup);
const row = (name: string, more: Partial<RateRow> = {}): RateRow => ({ id: name, name, rate: 60, n: 400, interval: { low: 55, high: 65 }, clustered: null, more: [], ...more });
const show = (rows: RateRow[]) => render(<Rates caption="By scanner" of="scanner" rate="target first" more={[]} rows={rows} baseline={50} />);

it("says in the table what the drawing shows: the rate, its intervals, n, and whether it is another than the baseline", () => {
  show([row("gap"), row("breakout", { n: 12, clustered: { low: 20, high: 90 } }), row("crp", { rate: null, n: 0, interval: null })]);
  const cells = screen.getAllByRole("row").slice(1).map((line) => within(line).getAllByRole("cell").map((cell) => cell.textContent));
  expect(cells).toEqual([
    ["", "60, better than the baseline", "55–65", "–", "400"],
    ["", "60, too few to say", "55–65", "20–90", "12"],
    ["", "–", "–", "–", "0"],
  ]);
  expect(document.querySelectorAll("tbody .mark")).toHaveLength(2);
  expect(document.querySelectorAll("tbody tr.is-few")).toHaveLength(1);
});

it("a group's name is text, and a click narrows down to it", async () => {
  const choose = vi.fn();
  show([row("<img src=x onerror=alert(1)>", { choose })]);
  expect(document.querySelector("img")).toBeNull();
  await userEvent.click(screen.getByRole("button"));
  expect(choose).toHaveBeenCalledOnce();
});
