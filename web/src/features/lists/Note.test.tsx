// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { Note } from "./Note";

afterEach(cleanup);
const HOSTILE = "<img src=x onerror=alert(1)>";

it("is written where it stands, and its letters are no keys of the table", async () => {
  const save = vi.fn();
  const table = vi.fn();
  render(
    <div role="presentation" onKeyDown={table}>
      <Note symbol="AAPL" text="" save={save} />
    </div>,
  );
  await userEvent.click(screen.getByRole("button", { name: "Note of AAPL" }));
  table.mockClear();
  await userEvent.keyboard("jk earnings{Enter}");
  expect(save).toHaveBeenCalledExactlyOnceWith("AAPL", "jk earnings");
  expect(table).not.toHaveBeenCalled();
});

it("esc leaves it as it was, and so does writing nothing new", async () => {
  const save = vi.fn();
  render(<Note symbol="AAPL" text="old" save={save} />);
  await userEvent.click(screen.getByRole("button"));
  await userEvent.keyboard("er{Escape}");
  await userEvent.click(screen.getByRole("button"));
  await userEvent.keyboard("{Enter}");
  expect(save).not.toHaveBeenCalled();
  expect(screen.getByRole("button").textContent).toBe("old");
});

it("is text, whatever it is made of", () => {
  render(<Note symbol="AAPL" text={HOSTILE} save={vi.fn()} />);
  expect(screen.getByText(HOSTILE)).toBeTruthy();
  expect(document.querySelector("img")).toBeNull();
});
