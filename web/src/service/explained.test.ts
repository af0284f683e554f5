import { QueryClient } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { scannerExplain, type ShownSignal } from "@/client";
import { explained } from "./explained";

vi.mock("@/client", () => ({ scannerExplain: vi.fn(() => Promise.resolve({ data: { patterns: [] } })) }));

/** What the service is asked about a signal. */
async function askedOf(some: Partial<ShownSignal>) {
  const signal = { symbol: "AAPL", scanner: "inside_bar", pattern: "breakdown", bar_time: "2025-07-01T14:06:00Z", available_at: "2025-07-01T14:07:00Z", ...some };
  await new QueryClient().query(explained(signal as ShownSignal));
  return vi.mocked(scannerExplain).mock.lastCall?.[0].query;
}

it("asks about a signal of minutes at its own minute, over the hours that are scanned live", async () => {
  expect(await askedOf({ timeframe: "1m" })).toMatchObject({ date: "2025-07-01", cutoff_time: "10:07", hours: "extended" });
});

it.each([{ timeframe: "1d" }, { timeframe: "1m", symbol: "BTC/USDT" }])("asks about %o without hours", async (some) => {
  const asked = await askedOf(some);
  expect([asked?.hours, asked?.cutoff_time]).toEqual([undefined, undefined]);
});
