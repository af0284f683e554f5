import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Quote, Quotes } from "@/client";
import { keys } from "./keys";
import { hearPrices, inParts, withPrice } from "./ticker";

const quote = (symbol: string, more: Partial<Quote> = {}): Quote => ({
  symbol,
  last: 110,
  change_pct: 10,
  volume: 1_000,
  rvol: 1,
  sparkline: [90, 100, 110],
  time: "2025-07-01T14:00:00Z",
  age: 3,
  labels: ["simulated", "session 2025-07-01 so far"],
  ...more,
});
const price = (symbol: string, last: number, at = "2025-07-01T14:01:00Z") => ({ symbol, last, available_at: at });
const NOW = Date.parse("2025-07-01T14:01:02Z");

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("a newer price changes by the close it was compared with before", () => {
  const now = withPrice(quote("A"), price("A", 95), NOW);
  expect(now?.change_pct).toBeCloseTo(-5, 10);
  expect(now).toMatchObject({ last: 95, sparkline: [90, 100, 95], time: "2025-07-01T14:01:00Z", age: 2, volume: 1_000 });
});

it("an older price changes nothing", () => {
  const now = quote("A");
  expect(withPrice(now, price("A", 95, "2025-06-30T20:00:00Z"), NOW)).toBe(now);
});

it("the first price of a session is compared by the service, which knows the close before", () => {
  const yesterday = quote("A", { labels: ["simulated"], time: "2025-06-30T20:00:00Z" });
  expect(withPrice(yesterday, price("A", 95), NOW)).toBeNull();
  expect(withPrice(quote("A"), price("A", 95, "2025-07-02T13:31:00Z"), NOW)).toBeNull();
});

it("the last bar of an evening is of its session though it ends on the next day in UTC", () => {
  expect(withPrice(quote("A"), price("A", 95, "2025-07-02T00:00:00Z"), NOW)?.last).toBe(95);
});

it("a coin's price goes on without sessions", () => {
  expect(withPrice(quote("BTC/USDT", { labels: [] }), price("BTC/USDT", 95), NOW)?.last).toBe(95);
});

it("prices change the lists that hold their symbols, and ask again for what can't be told", async () => {
  const queries = new QueryClient();
  const mine: Quotes = { items: [quote("A"), quote("B", { labels: [] })], missing: [], data_version: "1" };
  queries.setQueryData(keys.quotes(["A", "B"]), mine);
  const other: Quotes = { items: [quote("C")], missing: [], data_version: "1" };
  queries.setQueryData(keys.quotes(["C"]), other);
  hearPrices(queries, { type: "quotes", sequence: 1, quotes: [price("A", 99), price("B", 98)] });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(queries.getQueryData<Quotes>(keys.quotes(["A", "B"]))?.items.map(({ last }) => last)).toEqual([99, 110]);
  expect(queries.getQueryState(keys.quotes(["A", "B"]))?.isInvalidated).toBe(true);
  expect(queries.getQueryData(keys.quotes(["C"]))).toBe(other);
});

it("symbols are subscribed to in parts that the service takes", () => {
  const parts: number[] = [];
  inParts(Array.from({ length: 1_001 }, (_, index) => `S${index}`), (part) => parts.push(part.length));
  expect(parts).toEqual([500, 500, 1]);
});
