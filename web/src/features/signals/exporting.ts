import { signalsListSignals, type ShownSignal } from "@/client";
import type { Filter } from "./address";

const PAGE = 1_000;

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

export const json = (signals: readonly ShownSignal[]): string => JSON.stringify({ items: signals }, null, 1);
