// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { Combobox, type Choice } from "./Combobox";

afterEach(cleanup);

const ALL: Choice[] = ["AAPL", "AMD", "NVDA"].map((name) => ({ id: name, name, about: "NASDAQ" }));
const choose = vi.fn<(id: string) => void>();

function Field({ hurry }: { hurry?: () => void }) {
  const [text, write] = useState("");
  const choices = ALL.filter(({ name }) => text !== "" && name.startsWith(text.toUpperCase()));
  return <Combobox label="Symbol" listLabel="Symbols" placeholder="" text={text} write={write} choices={choices} choose={({ id }) => choose(id)} hurry={hurry} />;
}

async function begin(text: string, hurry?: () => void) {
  choose.mockReset();
  render(<Field hurry={hurry} />);
  const user = userEvent.setup();
  await user.type(screen.getByRole("combobox"), text);
  return user;
}

const offered = () => screen.queryAllByRole("option").map(({ textContent }) => textContent);

it("takes what is clicked, however slowly: the press does not leave the field", async () => {
  const user = await begin("a");
  const target = screen.getByRole("option", { name: /AMD/ });
  await user.pointer({ keys: "[MouseLeft>]", target });
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(document.activeElement).toBe(screen.getByRole("combobox"));
  expect(offered()).toHaveLength(2);
  await user.pointer({ keys: "[/MouseLeft]", target });
  expect(choose.mock.calls).toEqual([["AMD"]]);
});

it("who leaves it leaves its text, and nothing of what is written after coming back", async () => {
  const user = await begin("a");
  await user.tab();
  expect(offered()).toEqual([]);
  await user.type(screen.getByRole("combobox"), "nv");
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(screen.getByRole<HTMLInputElement>("combobox").value).toBe("nv");
});

it("goes round by arrows, and enter takes the one that is pointed at", async () => {
  const user = await begin("a{ArrowUp}");
  const field = screen.getByRole("combobox");
  expect(document.getElementById(field.getAttribute("aria-activedescendant") ?? "")?.textContent).toContain("AMD");
  await user.type(field, "{ArrowDown}{Enter}");
  expect(choose.mock.calls).toEqual([["AAPL"]]);
});

it("points into the list when what is found becomes less", async () => {
  const user = await begin("a{ArrowDown}");
  await user.type(screen.getByRole("combobox"), "a{Enter}");
  expect(choose.mock.calls).toEqual([["AAPL"]]);
});

it("escape closes it first; where nothing is found yet, enter is passed on", async () => {
  const hurry = vi.fn();
  const user = await begin("zz{Enter}", hurry);
  expect(hurry).toHaveBeenCalledOnce();
  await user.keyboard("{Escape}");
  expect(screen.getByRole<HTMLInputElement>("combobox").value).toBe("");
  await user.keyboard("{Enter}");
  expect(hurry).toHaveBeenCalledOnce();
});
