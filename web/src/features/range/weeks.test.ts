import { describe, expect, it } from "vitest";
import { calendar, neighbour } from "./weeks";

const HITS = new Map([["2025-06-04", 1], ["2025-06-12", 16]]);

describe("a calendar of hits", () => {
  const made = calendar("2025-06-04", "2025-06-17", HITS);

  it("begins its weeks on Mondays and leaves out what is not asked for", () => {
    expect(made.weeks.map((days) => days.map((one) => one?.date.slice(8) ?? null))).toEqual([
      [null, null, "04", "05", "06"],
      ["09", "10", "11", "12", "13"],
      ["16", "17", null, null, null],
    ]);
  });

  it("grades days from none to the most", () => {
    const level = (date: string) => made.weeks.flat().find((one) => one?.date === date)?.level;
    expect([level("2025-06-05"), level("2025-06-04"), level("2025-06-12")]).toEqual([0, 1, 4]);
  });

  it("is led through by arrows, which stay where there is no day", () => {
    expect(neighbour(made, "2025-06-06", "ArrowDown")).toBe("2025-06-09");
    expect(neighbour(made, "2025-06-09", "ArrowRight")).toBe("2025-06-16");
    expect(neighbour(made, "2025-06-17", "ArrowDown")).toBe("2025-06-17");
    expect(neighbour(made, "2025-06-04", "ArrowLeft")).toBe("2025-06-04");
    expect(neighbour(made, "2025-06-17", "Home")).toBe("2025-06-04");
    expect(neighbour(made, "2025-06-04", "End")).toBe("2025-06-17");
  });
});

it("weekends are drawn where something was hit on one", () => {
  expect(calendar("2025-06-02", "2025-06-08", new Map()).rows).toBe(5);
  expect(calendar("2025-06-02", "2025-06-08", new Map([["2025-06-07", 1]])).rows).toBe(7);
});

it("a range of one day is one day, also on a Sunday, and one the wrong way round is none", () => {
  expect(calendar("2025-06-11", "2025-06-11", new Map()).weeks.flat().filter(Boolean)).toHaveLength(1);
  expect(calendar("2025-06-08", "2025-06-08", new Map()).weeks).toHaveLength(1);
  expect(calendar("2025-06-12", "2025-06-11", new Map()).weeks).toEqual([]);
});

it("months are named where they begin, with the year at first and in January", () => {
  const { months } = calendar("2024-11-01", "2025-02-28", new Map());
  expect(months.map(({ name }) => name)).toEqual(["Nov 24", "Dec", "Jan 25", "Feb"]);
});

it("two centuries are not drawn day by day", () => {
  expect(calendar("1900-01-01", "2200-01-01", new Map()).weeks.length).toBeLessThan(3_010);
});
