import type { ShownSignal } from "@/client";
import { signed, words } from "@/shared/format";

/** How a signal has ended, as far as it has. */
export const ended = (signal: ShownSignal): "up" | "down" | "quiet" =>
  signal.outcome === "success" ? "up" : signal.outcome === "failure" ? "down" : "quiet";

const SIGNS: Record<ShownSignal["outcome"], string> = { success: "✓", failure: "✗", timed_out: "◷", open: "", no_trade: "–" };

/** The outcome as a sign that needs no colour, with its R where it was traded. */
export function outcomeSign(signal: ShownSignal): string {
  const r = signal.r === null ? "" : ` ${signed(signal.r, 1)} R`;
  return `${SIGNS[signal.outcome]}${r}`.trim();
}

export const outcomeWords = (signal: ShownSignal): string =>
  signal.outcome === "open" ? words(signal.status) : signal.outcome === "no_trade" ? `${words(signal.status)}, not traded` : words(signal.outcome);

/** Of the signals that were traded to an end, how many reached their target before their stop. */
interface HitRate {
  n: number;
  hits: number;
  /** The rate and the ends of its 95 % interval, in percent. */
  rate: number;
  low: number;
  high: number;
  meanR: number | null;
}

const Z = 1.959964;

/** The hit rate with Wilson's interval, which takes signals for independent of each other; null where none has ended. */
export function hitRate(signals: readonly ShownSignal[]): HitRate | null {
  const over = signals.filter(({ outcome }) => outcome === "success" || outcome === "failure" || outcome === "timed_out");
  const n = over.length;
  if (n === 0) return null;
  const hits = over.filter(({ outcome }) => outcome === "success").length;
  const share = hits / n;
  const middle = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  const counted = over.flatMap(({ r }) => r ?? []);
  return {
    n,
    hits,
    rate: 100 * share,
    low: 100 * Math.max(0, middle - half),
    high: 100 * Math.min(1, middle + half),
    meanR: counted.length > 0 ? counted.reduce((sum, r) => sum + r, 0) / counted.length : null,
  };
}
