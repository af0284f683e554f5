import { expect, it } from "vitest";
import type { ScanRow } from "@/client";
import { COLUMNS, ownColumns } from "./columns";
import type { Line } from "./rows";
import { STANDARD } from "./view";

const hit = (more: object) => ({ symbol: "A", pattern: "up", score: 70, ...more }) as unknown as ScanRow;
const line = (one: ScanRow): Line => ({ id: "A", symbol: "A", hit: one, deepens: false });

it("every column that a page begins with exists, and no name is there twice", () => {
  const ids = COLUMNS.map(({ id }) => id);
  expect(STANDARD.filter((id) => !ids.includes(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

it("what a scanner adds to its hits is a column of its own, a number where its values are", () => {
  const hits = [hit({ gap_pct: null, is_early: true }), hit({ gap_pct: 0.031, is_early: false })];
  const columns = ownColumns(hits);
  expect(columns.map(({ id, isNumber }) => [id, isNumber ?? false])).toEqual([["gap_pct", true], ["is_early", false]]);
  expect(columns.map(({ value }) => hits[1] && value(line(hits[1])))).toEqual([0.031, "✗"]);
  expect(hits[0] && columns[0]?.value(line(hits[0]))).toBeUndefined();
});

it("a scanner's column does not take the name of one that is there", () => {
  expect(ownColumns([hit({ change: 3 })]).map(({ id }) => id)).toEqual(["own_change"]);
});
