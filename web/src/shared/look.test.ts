// @vitest-environment jsdom
import { beforeEach, expect, it } from "vitest";
import { look, wear } from "./look";

beforeEach(() => localStorage.clear());

it("keeps what was chosen in this browser, and the whole document wears it", () => {
  wear({ colours: "red-green" });
  wear({ motion: "reduced" });
  expect(look()).toEqual({ colours: "red-green", motion: "reduced" });
  expect(document.documentElement.dataset).toMatchObject({ colours: "red-green", motion: "reduced" });
});

it("looks as usual where nothing, or nonsense, is kept", () => {
  for (const kept of ["", "{", "null", '{"colours": "plaid"}']) {
    localStorage.setItem("tapehawk-look", kept);
    expect(look()).toEqual({ colours: "teal-orange", motion: "system" });
  }
});
