// @vitest-environment jsdom
import { expect, it } from "vitest";
import type { ShownUser } from "@/client";
import { browserOf, profileOf, riskField, riskOf } from "./profile";

const ADA: ShownUser = {
  id: "1",
  email: "ada@example.org",
  first_name: "Ada",
  last_name: "",
  role: "user",
  preferences: {},
  created_at: "",
  updated_at: "",
  last_login: null,
  is_active: true,
};

function form(values: Record<string, string>): FormData {
  const made = new FormData();
  Object.entries(values).forEach(([name, value]) => made.set(name, value));
  return made;
}

it("sends an email, and the password with it, only where it is another", () => {
  const names = { first_name: "Augusta", last_name: "King" };
  expect(profileOf(form({ ...names, email: "ada@example.org" }), ADA)).toEqual(names);
  expect(profileOf(form({ ...names, email: " new@example.org", current_password: "secret" }), ADA)).toEqual({ ...names, email: "new@example.org", current_password: "secret" });
});

it("reads percents as the shares that the service takes", () => {
  expect(riskOf(form({ account_size: "25,000", per_trade: "0.5 %" }))).toEqual({ account_size: 25_000, per_trade: 0.005 });
  expect(riskOf(form({ account_size: "", per_trade: "" }))).toEqual({});
  expect(riskOf(form({ account_size: "much", per_trade: "0.07" }))).toEqual({ account_size: "much", per_trade: 0.0007 });
});

it("finds the field of an account that the service refuses", () => {
  expect(riskField("per_trade = 2 in section [risk] can't be used (your preferences)")).toBe("per_trade");
  expect(riskField("the current password is wrong")).toBeUndefined();
});

it("says in words with what somebody is signed in", () => {
  expect(browserOf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36")).toBe("Chrome on Linux");
  expect(browserOf("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0")).toBe("Edge on Windows");
  expect(browserOf("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1")).toBe("Safari on iPhone");
  expect([browserOf("curl/8.5"), browserOf("")]).toEqual(["curl/8.5", "unknown"]);
});
