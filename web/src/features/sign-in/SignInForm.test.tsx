// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { session } from "@/service/session";
import { RegisterForm } from "./SignInForm";

const register = vi.hoisted(() => vi.fn());
vi.mock("@/client", async (original) => ({ ...(await original<object>()), authRegister: register }));

beforeEach(() => {
  register.mockReset();
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: () => undefined, removeEventListener: () => undefined }));
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const done = vi.fn();

/** A form that is sent, and refused as the service does. */
async function refused(status: number, errors: [at: string, message: string][], invitation?: string): Promise<void> {
  const said = errors.map(([at, message]) => ({ at, message }));
  register.mockRejectedValue({ status, title: "Refused", detail: errors.map((one) => one.join(": ")).join("; "), errors: said });
  render(
    <MantineProvider>
      <RegisterForm invitation={invitation} done={done} />
    </MantineProvider>,
  );
  await userEvent.type(screen.getByLabelText(/^Email/), "ada");
  await userEvent.click(screen.getByRole("button", { name: "Register" }));
}
const isMarked = (name: RegExp) => screen.getByLabelText(name).getAttribute("aria-invalid") === "true";

it("an email that is taken is marked, and said once", async () => {
  await refused(409, [["email", "ada@example.org is a user already"]]);
  expect(isMarked(/^Email/)).toBe(true);
  expect(screen.getAllByText("ada@example.org is a user already")).toHaveLength(1);
});

it("what the browser would refuse in its own words is sent, and refused at the fields", async () => {
  await refused(422, [["email", "not a valid email address"], ["password", "at least 8 characters"]]);
  expect(register).toHaveBeenCalledOnce();
  expect(document.querySelector("form")?.noValidate).toBe(true);
  screen.getByText("not a valid email address");
  screen.getByText("at least 8 characters");
});

it("an invitation that came by the link and is refused is said, also beside a field that is marked", async () => {
  await refused(401, [["invitation", "this invitation ticket is used"]], "old");
  expect(screen.getByRole("alert").textContent).toContain("this invitation ticket is used");
  cleanup();
  await refused(422, [["invitation", "at most 200 characters"], ["email", "not a valid email address"]], "long");
  expect(screen.getByRole("alert").textContent).toBe("invitation: at most 200 characters");
});

it("one that was written is marked", async () => {
  await refused(401, [["invitation", "this invitation ticket is used"]]);
  expect(isMarked(/^Invitation/)).toBe(true);
});

it("who is taken is signed in", async () => {
  const begin = vi.spyOn(session, "begin").mockImplementation(() => undefined);
  render(
    <MantineProvider>
      <RegisterForm done={done} />
    </MantineProvider>,
  );
  register.mockResolvedValue({ data: { access_token: "a" } });
  await userEvent.click(screen.getByRole("button", { name: "Register" }));
  await vi.waitFor(() => expect(done).toHaveBeenCalledOnce());
  expect(begin).toHaveBeenCalledWith({ access_token: "a" });
});
