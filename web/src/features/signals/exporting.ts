import { signalsListSignals, type ShownSignal } from "@/client";
import { csv } from "@/shared/file";
import type { Filter } from "./address";

const PAGE = 1_000;
const NAMES = [
  "id", "symbol", "scanner", "pattern", "direction", "timeframe", "phase", "bar_time", "available_at", "entry", "stop", "target1", "target2",
  "confidence", "score", "volume", "atr", "rvol", "position_size", "risk_amount", "status", "outcome", "trigger_price", "exit_price", "r",
  "hypothetical_pnl", "origin", "labels", "series", "data_version", "created_at", "updated_at",
] as const satisfies readonly (keyof ShownSignal)[];

/** Every signal of a filter, page by page. */
export async function everySignal(filter: Filter, signal: AbortSignal, told: (count: number) => void): Promise<ShownSignal[]> {
  const found: ShownSignal[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const { data } = await signalsListSignals({ query: { ...filter, limit: PAGE, cursor }, signal, throwOnError: true });
    found.push(...data.items);
    told(found.length);
    cursor = data.next_cursor;
  }
  return found;
}

/** Signals as comma-separated values, with a line of names. */
export const csvOf = (signals: readonly ShownSignal[]): string => csv([NAMES, ...signals.map((one) => NAMES.map((name) => one[name]))]);

export const json = (signals: readonly ShownSignal[]): string => JSON.stringify({ items: signals }, null, 1);
