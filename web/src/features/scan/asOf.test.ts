import { expect, it } from "vitest";
import type { LiveStatus, Overview } from "@/client";
import { isBehind, reachedBy } from "./asOf";

const CLOSE = "2025-06-30T20:00:00Z";
const market = (watermark: string | null) => ({ session: "2025-06-30", freshness: { watermark } }) as Overview;

it("is behind where bars of a later session are there", () => {
  expect(isBehind(CLOSE, undefined, "2025-06-30")).toBe(false);
  expect(isBehind(CLOSE, undefined, "2025-07-01")).toBe(true);
  expect(isBehind(CLOSE, undefined, "2025-07-01T14:41:00Z")).toBe(true);
  expect(isBehind(CLOSE, undefined, undefined)).toBe(false);
});

it("is behind within a session by more than one of its bars", () => {
  expect(isBehind("2025-07-01T14:40:00Z", "5m", "2025-07-01T14:44:00Z")).toBe(false);
  expect(isBehind("2025-07-01T14:40:00Z", "5m", "2025-07-01T14:46:00Z")).toBe(true);
});

it("goes by the running feed, then by what is stored", () => {
  const live = { state: "running", watermark: "2025-07-01T14:41:00Z" } as LiveStatus;
  expect(reachedBy(market(null), live)).toBe(live.watermark);
  expect(reachedBy(market("2025-07-01T14:30:00Z"), { ...live, state: "stopped" })).toBe("2025-07-01T14:30:00Z");
  expect(reachedBy(market(null), undefined)).toBe("2025-06-30");
});
