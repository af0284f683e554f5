// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Notification } from "@/client";
import { keys } from "@/service/keys";
import { Bell } from "./Bell";
import { Search } from "./Search";

const { mark } = vi.hoisted(() => ({ mark: vi.fn() }));
vi.mock("@/client", async (original) => ({ ...(await original<object>()), notificationsMark: mark, scannerListSymbols: () => Promise.resolve({ data: { items: [] } }) }));

const TOLD = { id: "n1", title: "AAPL breakout", message: "LONG", created_at: "2025-07-01T14:42:00Z", is_read: false, data: { symbol: "AAPL" } } as unknown as Notification;

beforeEach(() => {
  mark.mockReset().mockResolvedValue({ data: {} });
  vi.stubGlobal("scrollTo", () => undefined);
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** What stands in the top bar, for somebody of a role; returns the address as it is now. */
async function show(part: () => ReactNode, role: string): Promise<() => string> {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  queries.setQueryData(keys.me, { role });
  queries.setQueryData(keys.scanners, []);
  queries.setQueryData(keys.unread, { items: [TOLD], unread_count: 1 });
  const root = createRootRoute({ component: part });
  const pages = ["/", "/range", "/notifications", "/symbol/$"].map((path) => createRoute({ getParentRoute: () => root, path }));
  const router = createRouter({ routeTree: root.addChildren(pages), history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <QueryClientProvider client={queries}>
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  await screen.findByRole(part === Search ? "combobox" : "region", { hidden: true });
  return () => router.state.location.pathname;
}

const marker = () => screen.queryByRole("button", { name: /^Read: AAPL/, hidden: true });
const told = () => screen.getByRole("link", { name: "AAPL breakout", hidden: true });

it("the bell leads to all notifications, and marks one as read", async () => {
  const at = await show(Bell, "user");
  await userEvent.click(marker() as HTMLElement);
  expect(mark).toHaveBeenCalledOnce();
  await userEvent.click(screen.getByRole("link", { name: "All, and rules", hidden: true }));
  await vi.waitFor(() => expect(at()).toBe("/notifications"));
});

it("a viewer, who may not mark, is not offered it, and opens what was told all the same", async () => {
  const at = await show(Bell, "viewer");
  expect(marker()).toBeNull();
  await userEvent.click(told());
  await vi.waitFor(() => expect(at()).toBe("/symbol/AAPL"));
  expect(mark).not.toHaveBeenCalled();
});

it("the search knows the pages that are not in the top bar", async () => {
  const at = await show(Search, "user");
  await userEvent.type(screen.getByRole("combobox"), "range");
  await userEvent.click(await screen.findByRole("option", { name: "Range scans page" }));
  await vi.waitFor(() => expect(at()).toBe("/range"));
});
