// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keys } from "@/service/keys";
import { useRemoving } from "./useRemoving";

const client = vi.hoisted(() => ({ notificationsGetPreferences: vi.fn(), notificationsPutPreferences: vi.fn() }));
vi.mock("@/client", () => client);
const channels = ["email", "ntfy", "webhook"].map((kind) => ({ kind, address: {}, is_active: true }));
let there = { channels };

beforeEach(() => {
  vi.useFakeTimers();
  there = { channels };
  client.notificationsGetPreferences.mockReset().mockImplementation(() => Promise.resolve({ data: there }));
  client.notificationsPutPreferences.mockReset().mockImplementation(({ body }: { body: typeof there }) => {
    there = body;
    return Promise.resolve({ data: body });
  });
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function removing() {
  const queries = new QueryClient();
  queries.setQueryData(keys.wants, there);
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  return renderHook(() => useRemoving(), { wrapper }).result;
}
const kinds = () => there.channels.map(({ kind }) => kind);
const passes = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

it("a second one that is removed stays out of sight when the first is forgotten, and each is taken back alone", async () => {
  const result = removing();
  const done = vi.fn();
  let back: () => void = () => undefined;
  act(() => void result.current.remove("email", done));
  act(() => void (back = result.current.remove("ntfy", done)));
  await passes(100);
  expect([kinds(), [...result.current.gone]]).toEqual([["ntfy", "webhook"], ["ntfy"]]);
  act(back);
  await passes(20_000);
  expect([kinds(), [...result.current.gone], done.mock.calls.length]).toEqual([["ntfy", "webhook"], [], 1]);
});

it("what can't be forgotten is in sight again, and says why", async () => {
  client.notificationsPutPreferences.mockRejectedValue({ status: 503 });
  const result = removing();
  act(() => void result.current.remove("email", () => undefined));
  expect([...result.current.gone]).toEqual(["email"]);
  await passes(10_000);
  expect([...result.current.gone]).toEqual([]);
  expect(result.current.error).toEqual({ status: 503 });
});

it("who closes the tab has meant it: it is sent at once, in a request that outlives the tab", async () => {
  const result = removing();
  act(() => void result.current.remove("email", () => undefined));
  act(() => void dispatchEvent(new Event("pagehide")));
  expect(client.notificationsPutPreferences.mock.calls[0]?.[0]).toMatchObject({ keepalive: true, body: { channels: channels.slice(1) } });
  await passes(10_000);
  expect(client.notificationsPutPreferences).toHaveBeenCalledOnce();
});
