// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { ShownSignal, SignalPage } from "@/client";
import { hearSignals } from "@/service/news";
import { signals } from "@/service/questions";
import type { Filter } from "./address";
import { usePages } from "./usePages";

const list = vi.hoisted(() => vi.fn());
vi.mock("@/client", () => ({ signalsListSignals: list }));
afterEach(cleanup);

/** A service that has so many signals, whose ids count from the latest; those that came since have ids below 0. */
function having(count: number, since = 0): void {
  list.mockReset();
  list.mockImplementation(({ query: { cursor, limit } }: { query: { cursor?: string; limit: number } }) => {
    const from = cursor === undefined ? -since : Number(cursor);
    const items = Array.from({ length: Math.min(limit, count - from) }, (_, n) => ({ id: String(from + n) }));
    return Promise.resolve({ data: { items, next_cursor: from + limit < count ? String(from + limit) : null } });
  });
}

function pages(filter: Filter = {}) {
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  return { queries, ...renderHook((asked: Filter) => usePages(asked), { wrapper, initialProps: filter }) };
}

it("goes on as one scrolls, to the last signal", async () => {
  having(500);
  const { result } = pages();
  await waitFor(() => expect(result.current.count).toBe(200));
  expect(list).toHaveBeenCalledOnce();
  act(() => result.current.look(170, 205));
  await waitFor(() => expect(result.current.count).toBe(400));
  act(() => result.current.look(380, 405));
  await waitFor(() => expect(result.current.count).toBe(500));
  expect([result.current.isWhole, result.current.row(499)?.id, result.current.row(0)?.id]).toEqual([true, "499", "0"]);
});

it("another filter begins at its own top", async () => {
  having(500);
  const { result, rerender } = pages();
  await waitFor(() => expect(result.current.count).toBe(200));
  act(() => result.current.look(170, 205));
  await waitFor(() => expect(result.current.count).toBe(400));
  rerender({ status: "active" });
  expect(result.current.isLoading).toBe(true);
  await waitFor(() => expect(result.current.count).toBeGreaterThan(0));
  rerender({});
  await waitFor(() => expect(result.current.row(0)?.id).toBe("0"));
});

it("what came meanwhile is on top when all is asked for again, and no page is lost", async () => {
  having(500);
  const { result, queries } = pages();
  await waitFor(() => expect(result.current.count).toBe(200));
  act(() => result.current.look(170, 205));
  await waitFor(() => expect(result.current.count).toBe(400));
  having(500, 3);
  await act(() => queries.invalidateQueries({ queryKey: ["signals"] }));
  await waitFor(() => expect(result.current.count).toBe(403));
  expect([result.current.newestId, result.current.before("0"), result.current.row(402)?.id]).toEqual(["-3", 3, "399"]);
});

const told = { id: "new", bar_time: "2025-07-01T14:00:00Z", symbol: "AAPL" } as ShownSignal;

it("a signal that is told while the first page is on its way is on top of it, and one that is told later", async () => {
  let answer: (given: { data: SignalPage }) => void = () => undefined;
  list.mockReset();
  list.mockReturnValue(new Promise((resolve) => (answer = resolve)));
  const { result, queries } = pages();
  await waitFor(() => expect(list).toHaveBeenCalled());
  hearSignals(queries, { type: "signal", sequence: 1, signal: told });
  answer({ data: { items: [{ id: "old" } as ShownSignal], next_cursor: null } });
  await waitFor(() => expect(result.current.count).toBe(2));
  expect(result.current.newestId).toBe("new");
  act(() => hearSignals(queries, { type: "signal", sequence: 2, signal: { ...told, id: "newer" } }));
  await waitFor(() => expect(result.current.newestId).toBe("newer"));
});

it("another list of the same filter, of another length, is not taken for its first page", async () => {
  having(500);
  const queries = new QueryClient();
  queries.setQueryData(signals({ symbol: "AAPL", limit: 1000 }).queryKey, { items: [], next_cursor: null });
  queries.setQueryData(signals({ symbol: "AAPL" }).queryKey, { items: [], next_cursor: null });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => usePages({ symbol: "AAPL" }), { wrapper });
  await waitFor(() => expect(result.current.count).toBe(200));
});
