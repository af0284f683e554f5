// @vitest-environment jsdom
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";
import type { WordAnswer } from "@/client";
import { FormulaEditor } from "./FormulaEditor";

const word = (name: string, parameters: string[]): WordAnswer => ({
  name,
  kind: "function",
  signature: `${name}(${parameters.join(", ")})`,
  meaning: `${name} means <b>much</b>.`,
  parameters: parameters.map((one) => ({ name: one, kind: "number", default: "" })),
  fields: [],
});

function show(): { asked: ReturnType<typeof vi.fn>; field: () => HTMLTextAreaElement } {
  const queries = new QueryClient();
  queries.setQueryData(["formula-words"], [word("highest", ["x", "length"]), word("high_of", ["x"])]);
  const asked = vi.fn();
  function Page() {
    const [text, write] = useState("");
    return <FormulaEditor id="f" text={text} write={write} saidBy="said" rows={1} wrong={text.startsWith("bad") ? { from: 0, to: 3 } : undefined} />;
  }
  render(
    <QueryClientProvider client={queries}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          asked();
        }}
      >
        <Page />
      </form>
    </QueryClientProvider>,
  );
  return { asked, field: () => screen.getByRole<HTMLTextAreaElement>("textbox") };
}
afterEach(cleanup);

it("arrows and enter take a name, and the caret is where its first argument goes", async () => {
  const { field, asked } = show();
  await userEvent.type(field(), "hig");
  expect(screen.getAllByRole("option")).toHaveLength(2);
  await userEvent.keyboard("{ArrowDown}{ArrowDown}{Enter}");
  expect(field().value).toBe("highest()");
  await userEvent.keyboard("close, ");
  expect(field().value).toBe("highest(close, )");
  expect(document.querySelector(".meaning .now")?.textContent).toBe("length");
  expect(asked).not.toHaveBeenCalled();
});

it("enter scans while no name is chosen, tab takes the first", async () => {
  const { field, asked } = show();
  await userEvent.type(field(), "hig{Enter}");
  expect(asked).toHaveBeenCalledOnce();
  expect(field().value).toBe("hig");
  await userEvent.type(field(), "h{Tab}");
  expect(field().value).toBe("high_of()");
});

it("escape closes the list and leaves the field as it is", async () => {
  const { field } = show();
  const left = vi.fn();
  addEventListener("keydown", left);
  await userEvent.type(field(), "hig");
  left.mockClear();
  await userEvent.keyboard("{Escape}");
  expect(screen.queryByRole("listbox")).toBeNull();
  expect(left).not.toHaveBeenCalled();
  expect(document.activeElement).toBe(field());
  removeEventListener("keydown", left);
});

it("a mistake is underlined where it is, and what the service says is text", async () => {
  const { field } = show();
  await userEvent.type(field(), "bad high");
  expect(document.querySelector(".drawn u")?.textContent).toBe("bad");
  expect(document.querySelector(".drawn")?.textContent.replace("\u200b", "")).toBe("bad high");
  expect(document.querySelector("li b")).toBeNull();
  expect(field().getAttribute("aria-invalid")).toBe("true");
});
