import { expect, it } from "vitest";
import { problemOf } from "./problem";

it("reads a problem document, and finds the fields it is about", () => {
  const said = { status: 422, title: "Bad input", detail: "email: not an email; body.password: too short", hint: "mend it" };
  expect(problemOf(said)).toMatchObject({ title: "Bad input", hint: "mend it", fields: { email: "not an email", password: "too short" } });
});

it("says of a service that can't be reached what still works", () => {
  expect(problemOf(new TypeError("Failed to fetch"))).toMatchObject({ status: 0, detail: expect.stringContaining("stays") as string });
});

it("takes the service's own list of fields, with their paths, and leaves out what a machine adds", () => {
  const errors = [
    { at: "time_zone", message: "Value error, there is no such time zone; one reads like Europe/Zurich" },
    { at: "quiet_hours.start", message: "String should match pattern" },
    { at: "conditions.symbols.3", message: "too long" },
  ];
  expect(problemOf({ status: 422, title: "Bad input", detail: "time_zone: …", errors }).fields).toEqual({
    time_zone: "there is no such time zone; one reads like Europe/Zurich",
    "quiet_hours.start": "String should match pattern",
    start: "String should match pattern",
    "conditions.symbols": "too long",
    symbols: "too long",
  });
});

it("says what is wrong with an item at the list's field", () => {
  const said = { status: 422, title: "Bad input", detail: "symbols.3: String should match pattern; symbols.7: too long" };
  expect(problemOf(said).fields).toEqual({ symbols: "String should match pattern" });
});

it("makes no field of a sentence", () => {
  expect(problemOf({ status: 409, title: "Conflict", detail: "that name is taken" }).fields).toEqual({});
});
