import { expect, it } from "vitest";
import { dateOf, dayNumber, monthsBefore, presets, weekday } from "./dates";

it("a month before is the same day, or the month's last one", () => {
  expect(monthsBefore("2025-06-30", 1)).toBe("2025-05-30");
  expect(monthsBefore("2025-03-31", 1)).toBe("2025-02-28");
  expect(monthsBefore("2024-02-29", 12)).toBe("2023-02-28");
  expect(monthsBefore("2025-01-15", 1)).toBe("2024-12-15");
});

it("days are counted over a clock change and a leap day", () => {
  expect(dayNumber("2025-03-10") - dayNumber("2025-03-08")).toBe(2);
  expect(dateOf(dayNumber("2024-02-28") + 1)).toBe("2024-02-29");
  expect(weekday(dayNumber("2025-06-30"))).toBe(0); // a Monday
  expect(weekday(dayNumber("1969-12-28"))).toBe(6); // a Sunday
});

it("ranges on offer end with the data, and begin no earlier than it", () => {
  expect(presets("2024-06-03", "2025-06-30")).toEqual([
    { name: "1 month", from: "2025-05-30", to: "2025-06-30" },
    { name: "1 year", from: "2024-06-30", to: "2025-06-30" },
    { name: "all", from: "2024-06-03", to: "2025-06-30" },
  ]);
  expect(presets("2025-06-02", "2025-06-30").map(({ from }) => from)).toEqual(["2025-06-02", "2025-06-02", "2025-06-02"]);
  expect(presets(null, null)).toEqual([]);
});
