// @vitest-environment jsdom
import { QueryClient } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { cleanup, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { client } from "@/client/client.gen";
import { keys } from "@/service/keys";
import { mounted } from "@/shared/mounted";
import { scanSearch } from "./address";
import { Scan } from "./Scan";

const CLOSE = "2025-06-30T20:00:00Z";
const ROW = { symbol: "ACME", price: 12, change24h: 1, signal: "BUY", strength: 80, rsi: 60, timestamp: CLOSE, labels: ["simulated"], status: "quick_scan" };
const ANSWER = { success: true, scanId: "scan_1", signals: [ROW], count: 1, missing: [], message: "", asOf: CLOSE, elapsedMs: 38.2, dataVersion: "bars_1d@1207" };
const market = (session: string) => ({ session, freshness: { watermark: null } });
const service = vi.fn<() => Promise<Response>>();

beforeEach(() => {
  const nothing = () => undefined;
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(1200);
  vi.stubGlobal("ResizeObserver", class { observe = nothing; unobserve = nothing; disconnect = nothing });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: nothing, removeEventListener: nothing }));
  vi.stubGlobal("scrollTo", nothing);
  service.mockReset().mockImplementation(() => Promise.resolve(new Response(JSON.stringify(ANSWER), { headers: { "Content-Type": "application/json" } })));
  const other = () => Promise.resolve(new Response("{}", { status: 404, headers: { "Content-Type": "application/json" } }));
  const fetch = (request: Request) => (request.url.endsWith("/quick-scan") ? service() : other());
  client.setConfig({ baseUrl: "http://tapehawk.test", fetch: fetch as typeof globalThis.fetch, throwOnError: true });
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The page of a quick scan, with what is known of the market. */
async function show(session: string): Promise<QueryClient> {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  queries.setQueryData(keys.overview, market(session));
  queries.setQueryData(keys.scanners, []);
  const root = createRootRoute();
  const frame = createRoute({ getParentRoute: () => root, id: "frame" });
  const scan = createRoute({ getParentRoute: () => frame, path: "/scan", validateSearch: scanSearch, component: Scan });
  const history = createMemoryHistory({ initialEntries: ["/scan?scanner=quick"] });
  const router = createRouter({ routeTree: root.addChildren([frame.addChildren([scan])]), history });
  mounted(queries, router);
  await screen.findByText("ACME");
  return queries;
}

it("a quick scan says of when it is, what it took and of which data, in amber once newer bars are there", async () => {
  const queries = await show("2025-06-30");
  const said = screen.getByText(/symbols looked at/);
  expect(said.textContent).toMatch(/as of 30 Jun.* 16:00 · 38 ms · data v1207/);
  expect(said.querySelector(".label")?.textContent ?? "").not.toMatch("as of");
  queries.setQueryData(keys.overview, market("2025-07-01"));
  expect((await screen.findByTitle(/scan again/)).textContent).toMatch(/^as of 30 Jun/);
});

it("rows stay with their age while the service is away, below what failed, until it answers again", async () => {
  await show("2025-06-30");
  service.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  const scan = screen.getByRole("button", { name: /^Scan/ });
  await userEvent.click(scan);
  await screen.findByText("The service can't be reached");
  screen.getByText("ACME");
  screen.getByText(/\d+ s old/);
  let answer: (response: Response) => void = () => undefined;
  service.mockReturnValueOnce(new Promise((resolve) => (answer = resolve)));
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText(/scanning again/);
  answer(new Response(JSON.stringify(ANSWER), { headers: { "Content-Type": "application/json" } }));
  await vi.waitFor(() => expect(screen.queryByText("The service can't be reached")).toBeNull());
  screen.getByText("ACME");
  expect(screen.queryByText(/old$/)).toBeNull();
});
