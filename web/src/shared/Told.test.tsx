// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { Telling, useTold } from "./Told";

afterEach(cleanup);
const back = vi.fn();

function Page() {
  const { told, tell, forget } = useTold();
  const undo = () => {
    back();
    tell("A is on the list");
  };
  return (
    <>
      <button onClick={() => tell("A is off the list", undo)}>remove</button>
      <Telling told={told} forget={forget} />
    </>
  );
}
const press = (name: string) => userEvent.click(screen.getByRole("button", { name }));

it("says what was done, and once it is taken back, what has become of that", async () => {
  render(<Page />);
  await press("remove");
  expect(screen.getByRole("status").textContent).toContain("A is off the list");
  await press("Undo");
  expect(back).toHaveBeenCalledOnce();
  expect(screen.getByRole("status").textContent).toContain("A is on the list");
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
});

it("stays until it is put away", async () => {
  render(<Page />);
  await press("remove");
  await press("Put away");
  expect(screen.getByRole("status").textContent).toBe("");
});
