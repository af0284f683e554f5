// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LiveStatus } from "@/client";
import { keys } from "@/service/keys";
import { Next } from "./Next";

beforeEach(() => void vi.setSystemTime("2025-07-01T14:42:30Z"));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function show(live: Partial<LiveStatus>) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queries.setQueryData(keys.liveStatus, { market: "us", session_phase: "regular", next_scan: "2025-07-01T14:43:00Z", ...live });
  queries.setQueryData(keys.quickStatus, { status: { isScanning: false, periodicScanningEnabled: false, lastError: null }, history: [] });
  render(
    <QueryClientProvider client={queries}>
      <Next />
    </QueryClientProvider>,
  );
  return screen.getAllByRole("term").map((term) => `${term.textContent}: ${term.nextSibling?.textContent}`);
}

it("each market that is scanned says when it is next", () => {
  const us = { market: "us", state: "running", session_phase: "regular", next_scan: "2025-07-01T14:43:00Z" } as const;
  const coins = { market: "crypto", state: "no_provider", session_phase: "regular", next_scan: "2025-07-01T14:45:00Z", reason: "nobody streams coins" } as const;
  expect(show({ state: "running", markets: [us, coins] })).toEqual([
    "live scan of US stocks, regular: 10:43 in 30 s",
    "live scan of coins, regular: no provider",
    "quick scan of everything: switched off",
  ]);
});

it("one market needs no name, and where none is scanned that is said", () => {
  expect(show({ state: "stopped", markets: [] })[0]).toBe("live scan, regular: stopped");
});
