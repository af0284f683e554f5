import { expect, it } from "vitest";
import { parametersOf } from "@/service/parameters";
import { hitsSearch, rangeSearch } from "./address";
import { requestOf, searchFor, searchOf, type Written } from "./question";

const known = parametersOf({
  properties: { bars: { type: "integer", default: 20, minimum: 1 }, side: { enum: ["long", "short"], default: "long" } },
});
const written: Written = {
  scanner: "volume_spike",
  universe: "etf",
  from: "2025-01-02",
  to: "2025-06-30",
  symbols: " aaa, bbb\nAAA ",
  without: "ccc",
  floors: { min_price: "5", min_volume: "" },
  config: { bars: "30", side: "long" },
};

it("what is sent is what the API takes: symbols apart, numbers as numbers, defaults left out", () => {
  expect(requestOf(written, known)).toEqual({
    scanner_type: "volume_spike",
    start_date: "2025-01-02",
    end_date: "2025-06-30",
    filters: { include_tickers: ["AAA", "BBB"], exclude_tickers: ["CCC"], universe: "etf", min_price: 5 },
    config: { bars: 30 },
  });
});

it("what is no number is sent as it is, for the API to refuse", () => {
  const sent = requestOf({ ...written, floors: { min_price: "five" }, config: { bars: "many" } }, known);
  expect(sent.filters?.min_price).toBe("five");
  expect(sent.config).toEqual({ bars: "many" });
});

it("an address keeps what was written, and is read again as it was", () => {
  const search = searchOf(written, known);
  expect(search).toMatchObject({ scanner: "volume_spike", floors: { min_price: "5" }, config: { bars: 30 } });
  expect(rangeSearch(JSON.parse(JSON.stringify(search)) as Record<string, unknown>)).toEqual(search);
});

it("a scan that was asked is asked again by its address", () => {
  const asked = requestOf(written, known);
  expect(searchFor(asked, known)).toEqual({ ...searchOf(written, known), symbols: "AAA BBB", without: "CCC" });
});

it("the address of a scan of one day leads to a range that ends on that day", () => {
  expect(rangeSearch({ scanner: "gap", date: "2025-06-30", timeframe: "5m", sort: "-score", config: { min_price: 5 } })).toMatchObject({
    scanner: "gap",
    to: "2025-06-30",
    config: { min_price: 5 },
  });
  expect(rangeSearch({ scanner: "quick" }).scanner).toBeUndefined();
});

it("a list stands in the address by its name, not by its symbols", () => {
  expect(searchOf({ ...written, list: "watchlist" }, known)).toMatchObject({ list: "watchlist", symbols: undefined });
});

it("an address that somebody has made up does no harm", () => {
  expect(rangeSearch({ scanner: {}, floors: [1], config: "x", symbols: 600519, from: null })).toMatchObject({
    scanner: undefined,
    floors: undefined,
    config: undefined,
    symbols: "600519",
  });
  expect(hitsSearch({ day: [], q: 7 })).toEqual({ day: undefined, pattern: undefined, q: "7", sort: undefined });
});
