import type { LiveStatus, Overview } from "@/client";
import { session } from "@/shared/format";

const MINUTE_MS = 60_000;
const BAR_MS: Record<string, number> = { "1m": MINUTE_MS, "5m": 5 * MINUTE_MS, "15m": 15 * MINUTE_MS, "1h": 60 * MINUTE_MS, "4h": 240 * MINUTE_MS };

/** Up to when bars are there: an instant where a feed runs, else the date of the newest session. */
export function reachedBy(market: Overview | undefined, live: LiveStatus | undefined): string | undefined {
  const watermark = live?.state === "running" ? live.watermark : undefined;
  return watermark ?? market?.freshness.watermark ?? market?.session ?? undefined;
}

/** Whether bars are there that are newer than the one that closed then: by a session, or by more than one bar. */
export function isBehind(asOf: string, timeframe: string | undefined, reached: string | undefined): boolean {
  if (reached === undefined) return false;
  const isInstant = reached.includes("T");
  if (session(asOf) < (isInstant ? session(reached) : reached)) return true;
  const bar = BAR_MS[timeframe ?? ""];
  return isInstant && bar !== undefined && Date.parse(reached) - Date.parse(asOf) > bar;
}
