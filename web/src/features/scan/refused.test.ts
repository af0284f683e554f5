import { expect, it } from "vitest";
import { refusedOf } from "./refused";

it("what the service says against a parameter stands at its field", () => {
  const detail = "min_price = -5 in section [gap] can't be used (config)";
  expect(refusedOf({ status: 422, detail, hint: "min_price (price as traded, from): at least 0" })).toEqual({
    min_price: "min_price (price as traded, from): at least 0",
  });
  expect(refusedOf({ status: 422, detail: "stop = 'a = b in section [x]' in section [formula] can't be used (config)" })).toHaveProperty("stop");
});

it("a date without a session is refused at the date, with the nearest ones", () => {
  const hint = "the nearest sessions are 2025-06-27 and 2025-06-30";
  expect(refusedOf({ status: 422, detail: "no session on 2025-06-28", hint })).toEqual({ scan_date: hint });
  expect(refusedOf({ status: 422, detail: "scan_date: Input should be a valid date" })).toHaveProperty("scan_date");
});

it("what is about no field is at none", () => {
  expect(refusedOf({ status: 404, detail: "no bars are stored" })).toEqual({});
  expect(refusedOf(null)).toEqual({});
});
