// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LiveStatus } from "@/client";
import { keys } from "@/service/keys";
import { LiveSwitch, NoSignals } from "./LiveSwitch";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  vi.setSystemTime("2025-07-01T14:42:30Z");
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function show(live: Partial<LiveStatus>, role = "user") {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queries.setQueryData(keys.me, { role });
  queries.setQueryData(keys.liveStatus, { session_phase: "regular", next_scan: "2025-07-01T14:43:00Z", ...live });
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <LiveSwitch />
        <NoSignals />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("where none runs there is one button, which starts one", () => {
  show({ state: "stopped" });
  expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Start the live scanner"]);
});

it("one that runs says up to when it has scanned and when it does next, and can be stopped", () => {
  show({ state: "running", scanned_through: "2025-07-01T14:42:00Z" });
  expect(screen.getByText(/scanned to 10:42/).textContent).toContain("scanned to 10:42 · next in 30 s");
  expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
  expect(screen.getByText(/It runs, regular, and has told of none yet/)).toBeTruthy();
});

it("one that can't run says why", () => {
  show({ state: "no_provider", reason: "nobody is named whose bars are scanned live" });
  expect(screen.getAllByText(/nobody is named/)).toHaveLength(2);
});

it("one that runs while the market is closed says when that opens", () => {
  show({ state: "running", session_phase: "closed", phase_until: "2025-07-02T08:00:00Z" });
  expect(screen.getByText(/opens for premarket at 04:00 ET/)).toBeTruthy();
});

it("a viewer is offered no switch", () => {
  show({ state: "running" }, "viewer");
  show({ state: "stopped" }, "viewer");
  expect(screen.queryAllByRole("button")).toEqual([]);
});
