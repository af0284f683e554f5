// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Dialog } from "./Dialog";

it("wears its feature's class, for it stands outside of the page that opened it", async () => {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
  render(
    <main className="lists">
      <MantineProvider>
        <Dialog title="Add many symbols" of="lists">
          <p>which</p>
        </Dialog>
      </MantineProvider>
    </main>,
  );
  const inside = await screen.findByText("which");
  expect(inside.closest("main")).toBeNull();
  expect(inside.closest(".lists")).not.toBeNull();
});
