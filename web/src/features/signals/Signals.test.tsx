// @vitest-environment jsdom
import { QueryClient } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { keys } from "@/service/keys";
import { saveFile } from "@/shared/file";
import { mounted } from "@/shared/mounted";
import { signalsSearch } from "./address";
import { Signals } from "./Signals";

const { watch, SIGNAL } = vi.hoisted(() => ({
  watch: vi.fn(),
  SIGNAL: { id: "s1", symbol: "NVDA", scanner: "breakout", pattern: "up", direction: "BUY", timeframe: "1d", status: "closed", outcome: "success", phase: "regular", bar_time: "2025-07-01T13:30:00Z", available_at: "2025-07-01T14:42:00Z", r: null, labels: [], history: [] },
}));
vi.mock("@/client", async (original) => ({
  ...(await original<object>()),
  watchlistWatch: watch.mockResolvedValue({ data: {} }),
  signalsListSignals: () => Promise.resolve({ data: { items: [SIGNAL], next_cursor: null } }),
  signalsGetSignal: () => Promise.resolve({ data: SIGNAL }),
}));
vi.mock("@/shared/file", async (original) => ({ ...(await original<object>()), saveFile: vi.fn() }));

it("the signal that is looked at is watched by w, and those of the filter are exported by x", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  const root = createRootRoute();
  const frame = createRoute({ getParentRoute: () => root, id: "frame" });
  const page = createRoute({ getParentRoute: () => frame, path: "/signals", validateSearch: signalsSearch, component: Signals });
  const symbol = createRoute({ getParentRoute: () => frame, path: "/symbol/$" });
  const history = createMemoryHistory({ initialEntries: ["/signals"] });
  const router = createRouter({ routeTree: root.addChildren([frame.addChildren([page, symbol])]), history });
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  queries.setQueryData(keys.watchlist, { items: [] });
  queries.setQueryData(keys.scanners, []);
  mounted(queries, router);
  (await screen.findByRole("region", { name: "Signals" })).focus();
  await userEvent.keyboard("j");
  await screen.findByRole("heading", { name: "Levels" });
  await userEvent.keyboard("wx");
  await screen.findByText("NVDA is on your watchlist");
  expect(watch).toHaveBeenCalledWith({ body: { symbols: ["NVDA"] }, throwOnError: true });
  await waitFor(() => expect(saveFile).toHaveBeenCalledWith(expect.any(Blob), "signals.csv"));
});
