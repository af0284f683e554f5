// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

const line = vi.hoisted(() => ({ state: "open" }));
vi.mock("@/service/live", () => ({ useLine: () => line }));
vi.mock("@tanstack/react-router", async (original) => ({ ...(await original<object>()), useRouter: () => ({ invalidate: () => undefined }) }));

const gone = () => Promise.reject(new Error("Unable to preload CSS for /assets/Told-1a2b.css"));
const there = () => Promise.resolve("loaded");
const reload = vi.fn();
const service = vi.fn();

beforeEach(() => {
  vi.resetModules();
  sessionStorage.clear();
  reload.mockReset();
  service.mockReset().mockResolvedValue({ ok: true });
  vi.stubGlobal("fetch", service);
  vi.stubGlobal("location", { reload });
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

/** A page whose files did not come, in an app that has just been loaded. */
async function brokenPage(state: string) {
  line.state = state;
  const { whole } = await import("./files");
  const { Broken } = await import("./Broken");
  const error = await whole(gone).catch((raised: unknown) => raised);
  const page = () => (
    <MantineProvider>
      <Broken error={error} reset={() => undefined} />
    </MantineProvider>
  );
  return { whole, page, ...render(page()) };
}

it("says that the service can't be reached, and loads the app anew as soon as the line is open again", async () => {
  const { page, rerender } = await brokenPage("waiting");
  screen.getByText("The service can't be reached");
  expect(reload).not.toHaveBeenCalled();
  line.state = "open";
  rerender(page());
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
});

it("loads nothing more into an app of which a part did not come, until it is loaded anew", async () => {
  const { whole } = await brokenPage("waiting");
  await expect(whole(there)).rejects.toThrow("Told");
});

it("keeps what is on screen when one tries again while nobody answers", async () => {
  service.mockRejectedValue(new TypeError("Failed to fetch"));
  await brokenPage("waiting");
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(service).toHaveBeenCalled();
  expect(reload).not.toHaveBeenCalled();
  service.mockResolvedValue({ ok: true });
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
});

it("does so once: files that are still missing then are named, and not waited for", async () => {
  await brokenPage("open");
  await vi.waitFor(() => expect(reload).toHaveBeenCalledOnce());
  cleanup();
  vi.resetModules();
  await brokenPage("open");
  screen.getByText(/Told-1a2b.css/);
  expect(reload).toHaveBeenCalledOnce();
});
