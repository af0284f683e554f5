import type { ShownSignal } from "@/client";

interface Distance {
  name: string;
  value: number;
  /** From the entry, in percent of it; null of the entry itself. */
  percent: number | null;
  r: number | null;
}

/** Levels of a signal from the highest to the lowest, each with its distance from the entry; what is not known is left out. */
export function distances({ entry, stop, target1, target2, trigger_price, exit_price }: ShownSignal): Distance[] {
  const risk = entry !== null && stop !== null ? entry - stop : 0;
  const named = { "target 2": target2 === target1 ? null : target2, target: target1, entry, stop, triggered: trigger_price, exit: exit_price };
  return Object.entries(named)
    .flatMap(([name, value]): Distance[] => {
      if (value === null) return [];
      const isFar = name !== "entry" && entry !== null && entry !== 0;
      return [{ name, value, percent: isFar ? (value / entry - 1) * 100 : null, r: isFar && risk !== 0 ? (value - entry) / risk : null }];
    })
    .toSorted((a, b) => b.value - a.value);
}
