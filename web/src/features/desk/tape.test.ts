import { expect, it } from "vitest";
import type { ShownSignal } from "@/client";
import { common, held, inOrder } from "./tape";

const signal = (id: string, minute: number) => ({ id, available_at: `2025-07-01T14:${minute}:00Z` }) as ShownSignal;
const ids = (some: readonly ShownSignal[]) => some.map(({ id }) => id);

it("the newest stands on top, wherever it came in", () => {
  expect(ids(inOrder([signal("b", 41), signal("a", 41), signal("d", 43), signal("c", 42)]))).toEqual(["d", "c", "b", "a"]);
});

it("a list that is not at its top holds still, and says how many wait", () => {
  const now = [signal("d", 43), signal("c", 42), signal("a", 41)];
  expect(held(now, null)).toEqual({ shown: now, waiting: 0 });
  const { shown, waiting } = held(now, new Set(["a", "c"]));
  expect([ids(shown), waiting]).toEqual([["c", "a"], 1]);
});

it("what all rows must say is said once", () => {
  expect(common([{ labels: ["simulated", "stale"] }, { labels: ["simulated"] }])).toEqual(["simulated"]);
  expect(common([])).toEqual([]);
});
