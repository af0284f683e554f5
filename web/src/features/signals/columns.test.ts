import { expect, it } from "vitest";
import { BESIDE_ONE, COLUMNS, NARROW } from "./columns";

const PANEL_PX = 380;
const SCROLLBAR_PX = 15;
const wide = (columns: typeof COLUMNS) => columns.reduce((sum, { width }) => sum + width, 0);

it("how a signal ended is in sight on a screen of 1440 px, with one open beside the list or not, and on a phone", () => {
  expect(wide(COLUMNS)).toBeLessThanOrEqual(1440 - SCROLLBAR_PX);
  expect(wide(BESIDE_ONE)).toBeLessThanOrEqual(1440 - PANEL_PX - SCROLLBAR_PX);
  expect(BESIDE_ONE.map(({ id }) => id)).toEqual(expect.arrayContaining(["time", "status", "outcome", "r", "labels"]));
  expect(wide(NARROW)).toBeLessThanOrEqual(390);
});
