import type { ShownSignal } from "@/client";

/** As they became known, the newest first; those of one moment in an order that stays. */
export function inOrder(signals: readonly ShownSignal[]): ShownSignal[] {
  return signals.toSorted((a, b) => compare(b.available_at, a.available_at) || compare(b.id, a.id));
}

/** What a list shows while it is not at its top, and how many wait above it. */
export function held(signals: readonly ShownSignal[], known: ReadonlySet<string> | null) {
  const shown = known ? signals.filter(({ id }) => known.has(id)) : signals;
  return { shown, waiting: signals.length - shown.length };
}

/** What must be known of all of some rows: it is said once. */
export const common = (items: readonly { labels: readonly string[] }[]): string[] =>
  (items[0]?.labels ?? []).filter((label) => items.every(({ labels }) => labels.includes(label)));

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
