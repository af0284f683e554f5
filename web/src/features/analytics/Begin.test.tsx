// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Outcomes } from "@/client";
import { keys } from "@/service/keys";
import { Begin } from "./Begin";

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function show(role: string) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity } } });
  queries.setQueryData(keys.me, { role });
  queries.setQueryData(keys.liveStatus, { state: "stopped" });
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <Begin total={{ signals: 0 } as Outcomes} isFiltered={false} clear={() => undefined} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

it("before the first signal there is one button, which starts the live scanner", () => {
  show("user");
  expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["Start the live scanner"]);
});

it("a viewer is told what will be here, and offered nothing that is refused", () => {
  show("viewer");
  expect(screen.getByText("No signal has been written for you yet")).toBeTruthy();
  expect(screen.queryAllByRole("button")).toEqual([]);
});
