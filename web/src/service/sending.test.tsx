// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, it, vi } from "vitest";
import { TextField } from "@/shared/fields";
import { Refusal, useSending } from "./sending";

afterEach(cleanup);

function Form({ send }: { send: (form: FormData) => Promise<unknown> }) {
  const { problem, wrong, isSent, submit } = useSending(send);
  return (
    <form onSubmit={submit} noValidate>
      <TextField label="Name" name="name" wrong={wrong("name")} />
      <Refusal problem={problem} fields={["name"]} />
      <button type="submit">Save</button>
      {isSent && "Saved."}
    </form>
  );
}

async function send(name: string) {
  await userEvent.type(screen.getByLabelText("Name"), name);
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
}

it("shows what is refused at its field, and keeps what was written", async () => {
  const refusal = { status: 422, title: "Bad input", detail: "name: …", errors: [{ at: "name", message: "String should have at least 1 character" }] };
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the client rejects with
  render(<Form send={() => Promise.reject(refusal)} />);
  await send("mine");
  const field = screen.getByLabelText<HTMLInputElement>("Name");
  expect(field.value).toBe("mine");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent).toBe("String should have at least 1 character");
});

it("says below the form what belongs to no field", async () => {
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the client rejects with
  render(<Form send={() => Promise.reject({ status: 422, title: "Bad input", detail: "100 rules are as many as one may have", hint: "delete one" })} />);
  await send("mine");
  expect(screen.getByRole("alert").textContent).toBe("100 rules are as many as one may have: delete one");
});

it("takes back what was refused once it is accepted", async () => {
  const answer = vi.fn().mockRejectedValueOnce(new TypeError("Failed to fetch")).mockResolvedValue(null);
  render(<Form send={answer} />);
  await send("a");
  expect(screen.getByRole("alert").textContent).toContain("goes on by itself");
  await send("b");
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.getByText("Saved.")).toBeTruthy();
});
