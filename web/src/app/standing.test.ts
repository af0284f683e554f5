import { expect, it } from "vitest";
import type { LiveStatus, Overview } from "@/client";
import { labelsOf, meaningOf, nextOf, reachOf, silentOf } from "./standing";

const NOW = Date.parse("2025-07-01T14:42:10Z");
const market = (more: object = {}, fresh: object = {}) =>
  ({
    session: "2025-06-30",
    symbols: 58,
    late: 2,
    labels: ["simulated"],
    freshness: { watermark: null, stale_since: null, ...fresh },
    ...more,
  }) as unknown as Overview;
const live = (more: Partial<LiveStatus> = {}) =>
  ({ state: "running", session_phase: "regular", watermark: "2025-07-01T14:42:00Z", arrived: 57, expected: 60, labels: ["simulated"], ...more }) as LiveStatus;

it("data reaches as far as the live scan has received it", () => {
  expect(reachOf(market(), live(), NOW)).toEqual({ to: { at: "2025-07-01T14:42:00Z" }, arrived: 57, expected: 60, isWhole: true });
  expect(reachOf(market(), live({ trouble: "the line is down" }), NOW)?.isWhole).toBe(false);
  expect(reachOf(market(), live({ watermark: "2025-07-01T14:30:00Z" }), NOW)?.isWhole).toBe(false);
});

it("and without one as far as it is stored, counting who is late", () => {
  expect(reachOf(market(), live({ state: "stopped" }), NOW)).toEqual({ to: { session: "2025-06-30" }, arrived: 58, expected: 60, isWhole: false });
  expect(reachOf(market({ session: null, symbols: 0, late: 0 }), undefined, NOW)?.to).toBeNull();
  expect(reachOf(undefined, undefined, NOW)).toBeNull();
});

it("names whom no bar has come of for a while, the first few of many", () => {
  expect(silentOf(undefined)).toBe("");
  expect(silentOf(live({ silent: {}, silent_count: 0 }))).toBe("");
  const few = { HALT: "2025-07-01T14:03:00Z", NONE: null };
  expect(silentOf(live({ silent: few, silent_count: 2 }))).toBe("HALT (10:03), NONE");
  const many = { ...few, ...Object.fromEntries(["A", "B", "C", "D"].map((name) => [name, null])) };
  expect(silentOf(live({ silent: many, silent_count: 3001 }))).toBe("HALT (10:03), NONE, A, B, C and 2,996 more");
});

it("says that data is stale, or delayed, where it does not say so itself", () => {
  expect(labelsOf(market(), live(), NOW)).toEqual(["simulated"]);
  expect(labelsOf(market({ labels: [] }, { stale_since: "2025-06-20T20:00:00Z" }), undefined, NOW)).toEqual(["stale since 20 Jun"]);
  expect(labelsOf(market({ labels: ["stale since 2025-06-20"] }, { stale_since: "2025-06-20" }), undefined, NOW)).toHaveLength(1);
  expect(labelsOf(market({ labels: [] }), live({ labels: [], watermark: "2025-07-01T14:27:00Z" }), NOW)).toEqual(["delayed 15 m"]);
  expect(labelsOf(market({ labels: [] }), live({ labels: [], session_phase: "closed", watermark: "2025-07-01T00:00:00Z" }), NOW)).toEqual([]);
});

it.each(["simulated", "stale since 20 Jun", "delayed 15 m", "partial feed", "volume_scope: iex", "price_basis: adjusted"])(
  "%s has a meaning of its own",
  (label) => expect(meaningOf(label)).not.toBe(meaningOf("something new")),
);

it.each([
  ["regular", "after_hours", "closes"],
  ["premarket", "regular", "opens"],
  ["after_hours", "closed", "closed"],
  ["closed", "premarket", "premarket"],
  ["closed", null, "premarket"],
])("from %s comes %s: %s", (phase, next, verb) => {
  expect(nextOf(phase, next, "2025-07-01T20:00:00Z", NOW)).toEqual({ verb, seconds: 19_070 });
});

it("what never closes says nothing of a change", () => expect(nextOf("continuous", null, null, NOW)).toBeNull());
