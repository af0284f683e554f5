// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Telling, useTold } from "@/shared/Told";
import { keys } from "./keys";
import { useRowActs } from "./useRowActs";

const client = vi.hoisted(() => ({
  watchlistWatch: vi.fn(),
  watchlistUnwatch: vi.fn(),
  notificationsAddRule: vi.fn(),
  notificationsDeleteRule: vi.fn(),
  notificationsListRules: vi.fn(),
}));
vi.mock("@/client", async (original) => ({ ...(await original<object>()), ...client }));
const write = vi.fn();
const { watchlistWatch: watch, watchlistUnwatch: unwatch, notificationsAddRule: add, notificationsDeleteRule: remove, notificationsListRules: list } = client;

beforeEach(() => {
  [write, ...Object.values(client)].forEach((one) => one.mockReset().mockResolvedValue({ data: {} }));
  list.mockResolvedValue({ data: { items: [] } });
});
afterEach(cleanup);

function Row({ symbol }: { symbol?: string }) {
  const { told, tell, forget } = useTold();
  useRowActs(tell, { symbol, write });
  return (
    <>
      <input aria-label="a field" />
      <Telling told={told} forget={forget} />
    </>
  );
}

function show(symbol?: string, watched: string[] = []): void {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } });
  queries.setQueryData(keys.watchlist, { items: watched.map((one) => ({ symbol: one })) });
  render(
    <QueryClientProvider client={queries}>
      <Row symbol={symbol} />
    </QueryClientProvider>,
  );
}
const undo = async () => userEvent.click(await screen.findByRole("button", { name: "Undo" }));

it("w watches the row's symbol, and undo takes it off again", async () => {
  show("NVDA");
  await userEvent.keyboard("w");
  await screen.findByText("NVDA is on your watchlist");
  expect(watch).toHaveBeenCalledWith({ body: { symbols: ["NVDA"] }, throwOnError: true });
  await undo();
  await waitFor(() => expect(unwatch).toHaveBeenCalledOnce());
});

it("what is watched already is not offered to be taken off", async () => {
  show("NVDA", ["NVDA"]);
  await userEvent.keyboard("w");
  await screen.findByText("NVDA is on your watchlist already");
  expect(watch).not.toHaveBeenCalled();
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
});

it("a tells of its signals, and undo does no more", async () => {
  add.mockResolvedValue({ data: { id: "r1" } });
  show("NVDA");
  await userEvent.keyboard("a");
  await screen.findByText("You will be told of signals of NVDA");
  await undo();
  await waitFor(() => expect(remove).toHaveBeenCalledWith({ path: { rule_id: "r1" }, throwOnError: true }));
});

it("x exports, with a row or without; w and a do nothing where none is chosen", async () => {
  show();
  await userEvent.keyboard("xwa");
  expect(write).toHaveBeenCalledOnce();
  expect(watch).not.toHaveBeenCalled();
  expect(list).not.toHaveBeenCalled();
});

it("what is written into a field is no key, nor is the letter behind g", async () => {
  show("NVDA");
  await userEvent.type(screen.getByLabelText("a field"), "wax");
  screen.getByLabelText("a field").blur();
  await userEvent.keyboard("gax");
  expect([watch, list, write].map((one) => one.mock.calls.length)).toEqual([0, 0, 0]);
});

it("a refusal is said", async () => {
  watch.mockRejectedValue({ status: 403, title: "Forbidden", detail: "A viewer changes nothing." });
  show("NVDA");
  await userEvent.keyboard("w");
  await screen.findByText("A viewer changes nothing.");
});
