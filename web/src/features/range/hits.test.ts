import { describe, expect, it } from "vitest";
import type { ScanResults } from "@/client";
import { byDay, byPattern, filtered, hitsOf, labelsOf, ownColumns } from "./hits";

const narrow = [
  { ticker: "AAA", date: "2025-06-02", pattern: "volume_spike", bar_time: "2025-06-02T13:30:00Z", entry: 10, usual: null },
  { ticker: "AAB", date: "2025-06-02", pattern: "gap_up", bar_time: "2025-06-02T13:30:00Z", entry: 20, usual: 5 },
  { ticker: "CCC", date: "2025-06-03", pattern: "gap_up", bar_time: "2025-06-03T13:30:00Z", entry: 30, usual: 6 },
];
const wide = [{ ticker: "AAA", date: "2025-06-02", lc_d2: 1, lc_d3: 0, volume: 5, gap_pct: 0.02, grade: "A", labels: ["simulated"] }];
const PATTERNS = ["lc_d2", "lc_d3"];
const symbols = (hits: readonly { symbol: string }[]) => hits.map(({ symbol }) => symbol);

describe("rows", () => {
  it("are hits of their pattern; a wide one has those whose flags are set", () => {
    expect(hitsOf(narrow, []).map(({ patterns }) => patterns)).toEqual([["volume_spike"], ["gap_up"], ["gap_up"]]);
    expect(hitsOf(wide, PATTERNS)[0]?.patterns).toEqual(["lc_d2"]);
  });

  it("have the scanner's own columns behind those of the house, flags left out", () => {
    expect(ownColumns(wide, PATTERNS)).toEqual([{ name: "gap_pct", isNumber: true }, { name: "grade", isNumber: false }]);
    expect(ownColumns(narrow, [])).toEqual([{ name: "usual", isNumber: true }]);
    expect(ownColumns([], [])).toEqual([]);
  });

  it("of the same symbol and day are told apart", () => {
    const [one, other] = hitsOf([narrow[0] ?? {}, { ...narrow[0], pattern: "gap_up" }], []);
    expect(one?.id).not.toBe(other?.id);
  });
});

describe("a filter", () => {
  const hits = hitsOf(narrow, []);
  it("takes a day, a pattern, and a part of a name, all of which must fit", () => {
    expect(symbols(filtered(hits, { day: "2025-06-02" }))).toEqual(["AAA", "AAB"]);
    expect(symbols(filtered(hits, { pattern: "gap_up" }))).toEqual(["AAB", "CCC"]);
    expect(symbols(filtered(hits, { q: " aa " }))).toEqual(["AAA", "AAB"]);
    expect(symbols(filtered(hits, { q: "volume s" }))).toEqual(["AAA"]);
    expect(symbols(filtered(hits, { day: "2025-06-02", pattern: "gap_up", q: "c" }))).toEqual([]);
  });
  it("that is empty leaves all rows, the very same", () => {
    expect(filtered(hits, { q: "  " })).toBe(hits);
  });
  it("takes what a pattern of a regular expression would mean as it is written", () => {
    expect(filtered(hits, { q: ".*" })).toEqual([]);
  });
});

it("days and patterns are counted, the most hits first", () => {
  expect([...byDay(hitsOf(narrow, []))]).toEqual([["2025-06-02", 2], ["2025-06-03", 1]]);
  expect([...byPattern(hitsOf(narrow, []))]).toEqual([["gap_up", 2], ["volume_spike", 1]]);
});

it("labels are the report's, and before there is one those of the rows", () => {
  const said = (more: object) => ({ results: wide, ...more }) as unknown as ScanResults;
  expect(labelsOf(said({ labels: ["stale since 2025-06-30"] }))).toEqual(["stale since 2025-06-30"]);
  expect(labelsOf(said({}))).toEqual(["simulated"]);
  expect(labelsOf(said({ results: [] }))).toEqual([]);
});
