// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { ShownSignal } from "@/client";
import { COLUMNS } from "./columns";
import { SignalTable } from "./SignalTable";
import type { Pages } from "./usePages";

const signal = (id: string, more: Partial<ShownSignal> = {}) =>
  ({ id, symbol: `S${id}`, direction: "BUY", pattern: "gap_up", scanner: "gap", phase: "regular", timeframe: "1d", bar_time: "2026-03-02T14:30:00Z", available_at: "2026-03-02T21:00:00Z", outcome: "open", status: "active", entry: 1, stop: 1, target1: 1, confidence: 50, r: null, labels: [], ...more }) as ShownSignal;

function pagesOf(row: (place: number) => ShownSignal | undefined, count: number, ids: string[] = []): Pages {
  const nothing = () => undefined;
  return { count, isWhole: true, row, newestId: ids[0], before: (id) => ids.indexOf(id), shown: () => [], look: nothing, error: null, stuck: null, again: nothing, isLoading: false };
}
const few = (...ids: string[]) => pagesOf((place) => (ids[place] === undefined ? undefined : signal(ids[place])), ids.length, ids);
const nothing = () => undefined;
const table = (pages: Pages, more: Partial<Parameters<typeof SignalTable>[0]> = {}) => <SignalTable pages={pages} columns={COLUMNS} select={nothing} open={nothing} empty="none" {...more} />;

beforeEach(() => {
  // jsdom has no layout: the table is told that it is 600 px high
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(600);
  vi.stubGlobal("ResizeObserver", class { observe = nothing; unobserve = nothing; disconnect = nothing });
});
afterEach(cleanup);

it("draws only what is in sight of a hundred thousand signals", () => {
  render(table(pagesOf((place) => signal(String(place)), 100_000)));
  const rows = screen.getAllByRole("row").length;
  expect(rows).toBeGreaterThan(20);
  expect(rows).toBeLessThan(60);
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("100001");
});

it("what arrives below the pointer moves no row: a pill counts it", async () => {
  const { rerender } = render(table(few("a", "b")));
  fireEvent.pointerEnter(screen.getByRole("region"));
  rerender(table(few("x", "y", "a", "b")));
  expect(screen.getByRole("region").scrollTop).toBe(56);
  await userEvent.click(screen.getByRole("button", { name: "2 new" }));
  expect(screen.queryByRole("button", { name: /new/ })).toBeNull();
});

it("what arrives while nobody points at the list and it is at its top is simply on top", () => {
  const { rerender } = render(table(few("a", "b")));
  rerender(table(few("x", "a", "b")));
  expect(screen.getByRole("region").scrollTop).toBe(0);
  expect(screen.queryByRole("button", { name: /new/ })).toBeNull();
});

it("j and k choose, enter opens", async () => {
  const select = vi.fn();
  const open = vi.fn();
  render(table(few("a", "b"), { selected: "a", select, open }));
  screen.getByRole("region").focus();
  await userEvent.keyboard("j{Enter}");
  expect((select.mock.calls[0]?.[0] as ShownSignal).id).toBe("b");
  expect((open.mock.calls[0]?.[0] as ShownSignal).id).toBe("a");
});

it("a status that can still be taken back is shown as where it goes", () => {
  render(table(few("a"), { pending: { id: "a", to: "cancelled" } }));
  expect(screen.getByText("→ cancelled")).toBeTruthy();
});

it("a name is text, whatever it is made of", () => {
  const hostile = "<img src=x onerror=alert(1)>";
  render(table(pagesOf(() => signal("a", { symbol: hostile, pattern: hostile, scanner: hostile, labels: [hostile] }), 1)));
  expect(document.querySelector("img")).toBeNull();
  expect(within(screen.getByRole("table")).getAllByText(hostile).length).toBeGreaterThan(1);
});
