import { describe, expect, it } from "vitest";
import { refusal } from "./refusal";

const said = (status: number, detail: string, more: object = {}) => ({ status, title: "Bad input", detail, ...more });

describe("what the API refuses stands at the field, in its words", () => {
  it.each([
    [
      "a range that ends before it starts",
      said(422, "end_date: 2025-01-02 is before 2025-03-04, where the range starts", { hint: "the other way round" }),
      { end_date: "2025-01-02 is before 2025-03-04, where the range starts — the other way round" },
    ],
    [
      "dates before the data",
      said(404, "nothing is stored for 1999-01-04 to 1999-02-04: 1d bars reach from 2024-06-03 to 2025-06-30"),
      { start_date: "nothing is stored for 1999-01-04 to 1999-02-04: 1d bars reach from 2024-06-03 to 2025-06-30" },
    ],
    [
      "an unknown symbol, without the folder of the store",
      said(422, "unknown symbol 'NOPE' (1d bars of /srv/store)", { kind: "symbol", name: "NOPE", hint: "did you mean 'NOP'?" }),
      { include_tickers: "unknown symbol 'NOPE' — did you mean 'NOP'?" },
    ],
    [
      "what can't be read as a date",
      said(422, "start_date: Input should be a valid date", { errors: [{ at: "start_date", message: "Input should be a valid date" }] }),
      { start_date: "Input should be a valid date" },
    ],
    [
      "a symbol that can't be one",
      said(422, "filters.include_tickers.0: too long", { errors: [{ at: "filters.include_tickers.0", message: "too long" }] }),
      { include_tickers: "too long" },
    ],
    [
      "a parameter out of its bounds",
      said(422, "min_price = -5 in section [gap] can't be used (the request's config)", { hint: "min_price: at least 0" }),
      { min_price: "min_price: at least 0" },
    ],
    [
      "a floor that is no number, though a parameter is called so, too",
      said(422, "filters.min_price: not a number", { errors: [{ at: "filters.min_price", message: "not a number" }] }),
      { "filters.min_price": "not a number" },
    ],
    ["a formula", said(422, "unknown name 'clos'", { column: 0, formula: "clos", hint: "did you mean 'close'?" }), { formula: "unknown name 'clos' — did you mean 'close'?" }],
    ["a universe that is none", said(422, "unknown universe 'x'", { kind: "universe", name: "x" }), { universe: "unknown universe 'x'" }],
    ["too many that wait", said(409, "100 scans of yours wait already", { hint: "cancel some, or wait" }), { "": "100 scans of yours wait already — cancel some, or wait" }],
  ])("%s", (_, error, wanted) => expect(refusal(error)).toEqual(wanted));

  it("an unknown symbol that was to be left out is refused where it was written", () => {
    const error = said(422, "unknown symbol 'NOPE'", { kind: "symbol", name: "NOPE" });
    expect(refusal(error, ["NOPE"])).toEqual({ exclude_tickers: "unknown symbol 'NOPE'" });
  });
});

it("a service that can't be reached refuses no field", () => {
  expect(Object.keys(refusal(new TypeError("Failed to fetch")))).toEqual([""]);
  expect(refusal(null)).toEqual({});
});
