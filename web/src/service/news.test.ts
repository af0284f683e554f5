import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import type { ShownSignal, SignalPage } from "@/client";
import { keys } from "./keys";
import { hearSignals, hearStatus } from "./news";

const signal = (id: string, more: Partial<ShownSignal> = {}) => ({ id, status: "active", symbol: "AAPL", ...more }) as ShownSignal;
const page = (...items: ShownSignal[]): SignalPage => ({ items, next_cursor: null });

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

it("a symbol that was analysed is known deeply, and progress is that of its scan", () => {
  const queries = new QueryClient();
  hearStatus(queries, { type: "symbolAnalyzed", sequence: 1, symbol: "BTC/USDT", scanId: "scan_1", deepData: { opportunity_score: 61 } });
  hearStatus(queries, { type: "analysisProgress", sequence: 2, scanId: "scan_1", processed: 3, remaining: 2 });
  hearStatus(queries, { type: "deepAnalysisComplete", sequence: 3, scanId: "scan_0" });
  expect(queries.getQueryData(keys.deep("BTC/USDT"))).toEqual({ opportunity_score: 61 });
  expect(queries.getQueryData(keys.progress)).toMatchObject({ remaining: 2 });
});
