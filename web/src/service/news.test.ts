import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Notification, NotificationPage, ShownSignal, SignalPage } from "@/client";
import { keys } from "./keys";
import { hearSignals, hearStatus } from "./news";

const signal = (id: string, more: Partial<ShownSignal> = {}) =>
  ({ id, status: "active", symbol: "AAPL", bar_time: "2025-07-01T14:00:00Z", ...more }) as ShownSignal;
const page = (...items: ShownSignal[]): SignalPage => ({ items, next_cursor: null });
const notice = (id: string, title = id) => ({ id, title, is_read: false }) as Notification;
const unread = (count: number, ...items: Notification[]): NotificationPage => ({ items, next_cursor: null, unread_count: count });

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("a new signal stands on top of every list it belongs to, and on no other", () => {
  const queries = new QueryClient();
  queries.setQueryData(keys.signals(), page(signal("a")));
  queries.setQueryData(keys.signals({ status: "closed" }), page());
  hearSignals(queries, { type: "signal", sequence: 1, signal: signal("b") });
  expect(queries.getQueryData<SignalPage>(keys.signals())?.items.map(({ id }) => id)).toEqual(["b", "a"]);
  expect(queries.getQueryData<SignalPage>(keys.signals({ status: "closed" }))?.items).toEqual([]);
});

it("what becomes of a signal is seen where the signal is", () => {
  const queries = new QueryClient();
  queries.setQueryData(keys.signals(), page(signal("a"), signal("b")));
  hearSignals(queries, { type: "signal", sequence: 1, signal: signal("b", { status: "closed" }) });
  expect(queries.getQueryData<SignalPage>(keys.signals())?.items.map(({ status }) => status)).toEqual(["active", "closed"]);
});

it("a list of signals of another shape asks again", async () => {
  const queries = new QueryClient();
  const key = keys.signals({ endless: true });
  queries.setQueryData(key, { pages: [page()], pageParams: [] });
  hearSignals(queries, { type: "signal", sequence: 1, signal: signal("a") });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(queries.getQueryState(key)?.isInvalidated).toBe(true);
});

it("a notification is on the bell at once, and counts once however often it is told", () => {
  const queries = new QueryClient();
  queries.setQueryData(keys.unread, unread(7, notice("a")));
  hearSignals(queries, { type: "notification", sequence: 1, notification: notice("b") });
  hearSignals(queries, { type: "notification", sequence: 2, notification: notice("b", "12 more") });
  const now = queries.getQueryData<NotificationPage>(keys.unread);
  expect(now?.unread_count).toBe(8);
  expect(now?.items.map(({ title }) => title)).toEqual(["12 more", "a"]);
});

it("however many bars close, the market is asked for once", async () => {
  const queries = new QueryClient();
  const asked = vi.spyOn(queries, "invalidateQueries");
  for (let sequence = 1; sequence <= 100; sequence++) hearStatus(queries, { type: "scanProgress", sequence });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(asked.mock.calls.map(([what]) => what?.queryKey)).toEqual([keys.overview, keys.liveStatus]);
});

it("a symbol that was analysed is known deeply, and progress is that of its scan", () => {
  const queries = new QueryClient();
  hearStatus(queries, { type: "symbolAnalyzed", sequence: 1, symbol: "BTC/USDT", scanId: "scan_1", deepData: { opportunity_score: 61 } });
  hearStatus(queries, { type: "analysisProgress", sequence: 2, scanId: "scan_1", processed: 3, remaining: 2 });
  hearStatus(queries, { type: "deepAnalysisComplete", sequence: 3, scanId: "scan_0" });
  expect(queries.getQueryData(keys.deep("BTC/USDT"))).toEqual({ opportunity_score: 61 });
  expect(queries.getQueryData(keys.progress)).toMatchObject({ remaining: 2 });
});
