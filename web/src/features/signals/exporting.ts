import { signalsListSignals, type ShownSignal } from "@/client";
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

/** Signals as comma-separated values (RFC 4180); a text that a spreadsheet would take for a formula stands behind an apostrophe. */
export function csv(signals: readonly ShownSignal[]): string {
  const lines = signals.map((one) => NAMES.map((name) => field(one[name])).join(","));
  return [NAMES.join(","), ...lines, ""].join("\r\n");
}

function field(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const text = Array.isArray(value) ? value.join("; ") : (value as string);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const json = (signals: readonly ShownSignal[]): string => JSON.stringify({ items: signals }, null, 1);

/** Give the browser a file to keep. */
export function save(text: string, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}
