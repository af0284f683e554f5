// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, Outlet, RouterProvider } from "@tanstack/react-router";
import { cleanup, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Dialog } from "@/shared/Dialog";
import { useEscape } from "@/shared/escape";
import { useHabits } from "./useHabits";

beforeEach(() => {
  vi.stubGlobal("scrollTo", () => undefined);
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

function Root() {
  const [isHelping, help] = useState(false);
  useHabits({ help: () => help(true) });
  return (
    <>
      <Outlet />
      <input aria-label="a field" />
      {isHelping && (
        <Dialog title="Keys" close={() => help(false)}>
          <input aria-label="within" data-autofocus />
        </Dialog>
      )}
    </>
  );
}

/** The app at an address, perhaps gone to from another; returns what its address is now. */
async function at(...entries: string[]): Promise<() => string> {
  const root = createRootRoute({ component: Root });
  const desk = createRoute({ getParentRoute: () => root, path: "/desk", component: () => <h1>desk</h1> });
  const symbol = createRoute({ getParentRoute: () => root, path: "/symbol/$", component: () => <h1>symbol</h1> });
  const signals = createRoute({
    getParentRoute: () => root,
    path: "/signals",
    validateSearch: ({ signal }: Record<string, unknown>) => ({ signal: typeof signal === "string" ? signal : undefined }),
    component: function Signals() {
      const { signal } = signals.useSearch();
      useEscape(Boolean(signal), () => void router.navigate({ href: "/signals", replace: true }));
      return <h1>signals {signal}</h1>;
    },
  });
  const history = createMemoryHistory({ initialEntries: [entries[0] ?? "/desk"] });
  const router = createRouter({ routeTree: root.addChildren([desk, symbol, signals]), history });
  render(
    <MantineProvider>
      <RouterProvider router={router as never} />
    </MantineProvider>,
  );
  await screen.findByRole("heading");
  for (const href of entries.slice(1)) await router.navigate({ href });
  return () => router.state.location.href;
}

it("esc goes back to where one came from, and not further than into the app", async () => {
  const here = await at("/desk", "/symbol/AAPL");
  expect(here()).toBe("/symbol/AAPL");
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(here()).toBe("/desk"));
  await userEvent.keyboard("{Escape}");
  expect(here()).toBe("/desk");
});

it("esc closes a panel behind a link, whatever has the focus, before it goes back", async () => {
  const here = await at("/desk", "/signals?signal=s1");
  await screen.findByRole("heading", { name: "signals s1" });
  expect(document.activeElement).toBe(document.body);
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(here()).toBe("/signals"));
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(here()).toBe("/desk"));
});

it("esc leaves a field, and no more than that", async () => {
  const here = await at("/desk", "/symbol/AAPL");
  screen.getByLabelText("a field").focus();
  await userEvent.keyboard("{Escape}");
  expect([document.activeElement, here()]).toEqual([document.body, "/symbol/AAPL"]);
});

it("esc closes a dialog, also out of a field of it, and leaves what is below it", async () => {
  const here = await at("/desk", "/signals?signal=s1");
  await userEvent.keyboard("?");
  (await screen.findByLabelText("within")).focus();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(here()).toBe("/signals?signal=s1");
});
