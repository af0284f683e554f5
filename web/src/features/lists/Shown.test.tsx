// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { keys } from "@/service/keys";
import { saveFile } from "@/shared/file";
import { listsSearch } from "./address";
import type { Kept } from "./kept";
import { Shown } from "./Shown";

const watch = vi.hoisted(() => vi.fn());
vi.mock("@/client", async (original) => ({
  ...(await original<object>()),
  watchlistWatch: watch.mockResolvedValue({ data: {} }),
  marketDataQuotes: () => Promise.resolve({ data: { items: [], missing: [] } }),
  signalsListSignals: () => Promise.resolve({ data: { items: [], next_cursor: null } }),
  scannerListSaved: () => Promise.resolve({ data: { items: [] } }),
  scannerListSymbols: () => Promise.resolve({ data: { items: [] } }),
}));
vi.mock("@/shared/file", async (original) => ({ ...(await original<object>()), saveFile: vi.fn() }));

it("a row of a portfolio is watched by w, and the list is exported by x", async () => {
  vi.stubGlobal("scrollTo", () => undefined);
  const tell = vi.fn();
  const kept = { symbols: ["AAPL", "NVDA"], error: null, meanwhile: [] } as unknown as Kept;
  const root = createRootRoute();
  const frame = createRoute({ getParentRoute: () => root, id: "frame" });
  const component = () => <Shown name="Tech" about="" kept={kept} empty={null} canWrite tell={tell} />;
  const lists = createRoute({ getParentRoute: () => frame, path: "/lists", validateSearch: listsSearch, component });
  const history = createMemoryHistory({ initialEntries: ["/lists"] });
  const router = createRouter({ routeTree: root.addChildren([frame.addChildren([lists])]), history });
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  queries.setQueryData(keys.watchlist, { items: [] });
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  (await screen.findByRole("region", { name: "Symbols of Tech" })).focus();
  await userEvent.keyboard("j");
  await waitFor(() => expect(router.state.location.search).toMatchObject({ symbol: "AAPL" }));
  await userEvent.keyboard("wx");
  await waitFor(() => expect(watch).toHaveBeenCalledWith({ body: { symbols: ["AAPL"] }, throwOnError: true }));
  await waitFor(() => expect(tell).toHaveBeenCalledWith("AAPL is on your watchlist", expect.any(Function)));
  expect(await (vi.mocked(saveFile).mock.lastCall?.[0] as Blob).text()).toBe("AAPL\nNVDA\n");
});
