// @vitest-environment jsdom
import { QueryClient } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { cleanup, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { overview, quotes, signals, watchlist } from "@/service/questions";
import { saveFile } from "@/shared/file";
import { mounted } from "@/shared/mounted";
import { Desk } from "./Desk";

const watch = vi.hoisted(() => vi.fn());
vi.mock("@/client", async (original) => ({ ...(await original<object>()), watchlistWatch: watch }));
vi.mock("@/shared/file", async (original) => ({ ...(await original<object>()), saveFile: vi.fn() }));

const SIGNAL = { id: "s1", symbol: "NVDA", scanner: "breakout", pattern: "up", direction: "BUY", status: "active", phase: "regular", available_at: "2025-07-01T14:42:00Z", labels: [] };
const MARKET = { top_gainers: [{ symbol: "AMD", last: 10, change_pct: 2, volume: 5 }], top_losers: [], most_active: [], regime: {}, volume: {}, labels: [], advancers: 1, decliners: 0, unchanged: 0 };

beforeEach(async () => {
  watch.mockReset().mockResolvedValue({ data: {} });
  vi.mocked(saveFile).mockReset();
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  queries.setQueryData(watchlist.queryKey, { items: [{ symbol: "AAPL" }] } as never);
  queries.setQueryData(quotes(["AAPL"]).queryKey, { items: [{ symbol: "AAPL", last: 211, labels: [] }], missing: [] } as never);
  queries.setQueryData(signals().queryKey, { items: [SIGNAL], next_cursor: null } as never);
  queries.setQueryData(overview.queryKey, MARKET as never);
  const root = createRootRoute();
  const page = createRoute({ getParentRoute: () => root, path: "/", component: Desk });
  const symbol = createRoute({ getParentRoute: () => root, path: "/symbol/$" });
  const router = createRouter({ routeTree: root.addChildren([page, symbol]), history: createMemoryHistory() });
  mounted(queries, router);
  await screen.findByRole("region", { name: "Watched symbols" });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const file = async () => (vi.mocked(saveFile).mock.lastCall?.[0] as Blob).text();

it("a row of the tape is chosen by its keys: w watches it, x exports the signals", async () => {
  screen.getByRole("list", { name: "Signals, newest first" }).focus();
  await userEvent.keyboard("jw");
  await waitFor(() => expect(watch).toHaveBeenCalledWith({ body: { symbols: ["NVDA"] }, throwOnError: true }));
  await screen.findByText("NVDA is on your watchlist");
  await userEvent.keyboard("x");
  expect(await file()).toMatch(/^id,symbol.*\r\ns1,NVDA,/);
});

it("so is one of the watchlist, whose prices are exported", async () => {
  screen.getByRole("region", { name: "Watched symbols" }).focus();
  await userEvent.keyboard("jw");
  await screen.findByText("AAPL is on your watchlist already");
  await userEvent.keyboard("x");
  expect(await file()).toBe("symbol,last,change_pct,rvol,labels\r\nAAPL,211,,,\r\n");
});

it("a click on a signal chooses it, and so does the focus on one who moves", async () => {
  await userEvent.click(screen.getByText("BUY"));
  await userEvent.keyboard("w");
  await waitFor(() => expect(watch).toHaveBeenLastCalledWith({ body: { symbols: ["NVDA"] }, throwOnError: true }));
  screen.getByRole("link", { name: "AMD" }).focus();
  await userEvent.keyboard("w");
  await waitFor(() => expect(watch).toHaveBeenLastCalledWith({ body: { symbols: ["AMD"] }, throwOnError: true }));
});

it("a signal of another day says its day, and its pattern stands with its scanner", () => {
  const row = screen.getByText("breakout · up").closest("li");
  expect(row?.querySelector("time")?.textContent).toMatch(/^1 Jul( \d{4})? 10:42$/);
});
