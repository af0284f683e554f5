// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keys } from "./keys";
import { useLiveScanner } from "./liveScanner";

const client = vi.hoisted(() => ({ scannerGetStatus: vi.fn(), scannerStartLive: vi.fn() }));
vi.mock("@/client", () => client);
const MINE = { symbols: ["NVDA"], watchlist: false, scanners: ["breakout"], config: { breakout: { length: 20 } } };

beforeEach(() => {
  client.scannerGetStatus.mockResolvedValue({ data: { state: "stopped", asked: MINE } });
  client.scannerStartLive.mockReset().mockResolvedValue({ data: { config: {} } });
});
afterEach(cleanup);

async function started(known?: object): Promise<void> {
  const queries = new QueryClient();
  if (known) queries.setQueryData(keys.liveStatus, known);
  const wrapper = ({ children }: { children: ReactNode }) => <QueryClientProvider client={queries}>{children}</QueryClientProvider>;
  const { result } = renderHook(() => useLiveScanner(), { wrapper });
  act(() => result.current.start.mutate());
  await waitFor(() => expect(result.current.start.isPending).toBe(false));
}

it("starts as it was asked the last time, also where nobody has looked at how it fares", async () => {
  await started();
  expect(client.scannerStartLive).toHaveBeenCalledWith({ body: MINE, throwOnError: true });
});

it("starts as it was asked the last time elsewhere, whatever was known here", async () => {
  await started({ state: "stopped", asked: { scanners: ["gap"] } });
  expect(client.scannerStartLive).toHaveBeenCalledWith({ body: MINE, throwOnError: true });
});

it("starts nothing where it can't be known what was asked", async () => {
  client.scannerGetStatus.mockRejectedValue(new Error("unreachable"));
  await started();
  expect(client.scannerStartLive).not.toHaveBeenCalled();
});
