// @vitest-environment jsdom
import { expect, it } from "vitest";
import { digestOf, wantsOf } from "./when";

function form(values: Record<string, string>): FormData {
  const made = new FormData();
  Object.entries(values).forEach(([name, value]) => made.set(name, value));
  return made;
}

it("sends quiet hours only where they are wanted, and one kind of digest", () => {
  const hours = { start: "22:00", end: "07:00" };
  expect(wantsOf(form({ time_zone: "Europe/Zurich", quiet: "on", ...hours, digest: "daily", at: "16:30" }))).toEqual({
    time_zone: "Europe/Zurich",
    quiet_hours: hours,
    digest: { at: "16:30" },
  });
  expect(wantsOf(form({ time_zone: "UTC", ...hours, digest: "minutes", every_minutes: "15", at: "16:30" }))).toEqual({
    time_zone: "UTC",
    quiet_hours: null,
    digest: { every_minutes: "15" },
  });
  expect(wantsOf(form({ time_zone: "UTC", digest: "once" })).digest).toBeNull();
});

it("knows the kind of digest that is kept", () => {
  expect([{}, { digest: null }, { digest: { at: "16:30" } }, { digest: { every_minutes: 5, at: null } }].map(digestOf)).toEqual(["once", "once", "daily", "minutes"]);
});
