// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Hours, Timeframe } from "./address";
import { chosen } from "./indicators";
import { growing, type Heard } from "./live";
import { drawn, tradingDay } from "./series";
import type { Shown } from "./useBars";
import { useLines } from "./useLines";

const ask = vi.hoisted(() => vi.fn());
vi.mock("@/client", () => ({ marketDataIndicators: ask }));

const day = tradingDay("AAPL");
const bars = drawn([{ time: "2026-07-01T13:30:00Z", end: "2026-07-01T13:35:00Z", session: "2026-07-01", open: 1, high: 2, low: 0.5, close: 1, volume: 10 }], false, day);
const minute = (time: string): Heard => ({ time, timeframe: "1m", open: 1, high: 1, low: 1, close: 1, volume: 1 });
const FIRST = Date.parse("2026-07-01T13:35:00Z");
const INDICATORS = chosen(["sma20", "sma50", "rsi14"], false);

/** What is shown once so many minutes behind the stored bar are heard. */
function after(count: number, timeframe: Timeframe = "5m", hours: Hours = "regular"): Shown {
  const heard = Array.from({ length: count }, (_, index) => minute(new Date(FIRST + index * 60_000).toISOString()));
  const looked = { symbol: "AAPL", timeframe, hours };
  return { looked, day, bars, growing: growing(heard, bars, timeframe, day), live: heard.at(-1), cursors: [undefined], labels: [] } as unknown as Shown;
}

function lines(shown: Shown, indicators = INDICATORS) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  return renderHook((now: Shown) => useLines(now, indicators), { wrapper, initialProps: shown });
}

/** The limits that were asked for since the last time. */
async function limits(): Promise<number[]> {
  await act(() => vi.advanceTimersByTimeAsync(20));
  const found = ask.mock.calls.map(([asked]) => (asked as { query: { limit: number } }).query.limit);
  ask.mockClear();
  return found;
}

beforeEach(() => {
  vi.useFakeTimers();
  ask.mockReset();
  ask.mockImplementation(({ query }: { query: { expr: string[]; timeframe: string } }) =>
    Promise.resolve({ data: { timeframe: query.timeframe, times: ["2026-07-01T13:30:00Z"], sessions: ["2026-07-01"], expressions: query.expr.map(() => ({ values: [1] })) } }),
  );
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

it("asks for each indicator anew with a bar that closes, from where its page begins", async () => {
  const { rerender, result } = lines(after(0));
  expect(await limits()).toEqual([400, 400, 400]);
  expect(result.current.lines).toHaveLength(3);
  rerender(after(5));
  expect(await limits()).toEqual([401, 401, 401]);
  rerender(after(10));
  expect(await limits()).toEqual([402, 402, 402]);
});

it("asks nothing with a minute that closes no bar", async () => {
  const { rerender } = lines(after(5));
  expect(await limits()).toEqual([401, 401, 401]);
  for (const count of [6, 7, 8, 9]) rerender(after(count));
  expect(await limits()).toEqual([]);
});

it("asks nothing for days, whatever is over of them", async () => {
  const { rerender } = lines(after(0, "1d"));
  expect(await limits()).toEqual([400, 400, 400]);
  rerender({ ...after(0, "1d"), growing: after(5).growing, live: after(5).live });
  expect(await limits()).toEqual([]);
});

it("does not ask again for a formula that was refused", async () => {
  ask.mockRejectedValue({ status: 422, title: "Unprocessable", detail: "no such name" });
  const { rerender, result } = lines(after(0), chosen(["=nothing"], false));
  expect(await limits()).toEqual([400]);
  expect(result.current.refused).toEqual({ "=nothing": "no such name" });
  rerender(after(5));
  expect(await limits()).toEqual([]);
});

it("asks anew for those of other hours, where bars closed meanwhile", async () => {
  const { rerender } = lines(after(4));
  await limits();
  rerender(after(4, "5m", "extended"));
  await limits();
  rerender(after(5, "5m", "extended"));
  expect(await limits()).toEqual([401, 401, 401]);
  rerender(after(5));
  expect(await limits()).toEqual([401, 401, 401]);
});
