/** A share in percent with its 95 % intervals, and where it stands beside a baseline. */
export interface Ends {
  low: number;
  high: number;
}

export interface Rate {
  rate: number | null;
  n: number;
  /** Of independent trials. */
  interval: Ends | null;
  /** Of whole dates drawn anew, where there are several. */
  clustered?: Ends | null;
}

/** With fewer an interval is so wide that it says little. */
export const FEW = 30;
const Z_95 = 1.959963984540054;

export type Standing = "none" | "few" | "above" | "below" | "within";

/** Whether a rate is another than the baseline: only where neither interval holds it, and there are enough. */
export function standing({ rate, n, interval, clustered }: Rate, baseline: number | null): Standing {
  if (rate === null || n === 0) return "none";
  if (n < FEW) return "few";
  const ends = [interval, clustered].filter((one) => one !== null && one !== undefined);
  if (baseline === null || ends.length === 0) return "within";
  if (ends.every(({ low }) => low > baseline)) return "above";
  return ends.every(({ high }) => high < baseline) ? "below" : "within";
}

/** Wilson's interval in percent. Source: Wilson (1927), as the service computes it. */
export function wilson(share: number, n: number): Ends | null {
  if (n <= 0) return null;
  const square = Z_95 ** 2;
  const middle = share + square / (2 * n);
  const half = Z_95 * Math.sqrt((share * (1 - share)) / n + square / (4 * n * n));
  const bounded = (value: number) => Math.max(0, Math.min(100, (100 * value) / (1 + square / n)));
  return { low: bounded(middle - half), high: bounded(middle + half) };
}

export interface Whisker {
  dot: number;
  thick: [number, number] | null;
  thin: [number, number] | null;
}

/** Where 0 to 100 % lie on a line that is so wide, with room for half a mark at either end. */
export const across = (percent: number, width: number, room: number): number =>
  room + (Math.max(0, Math.min(100, percent)) / 100) * (width - 2 * room);

/** Where a rate's mark and the ends of its intervals lie. */
export function whisker({ rate, interval, clustered }: Rate, width: number, room: number): Whisker | null {
  if (rate === null) return null;
  const at = (percent: number) => Math.round(across(percent, width, room) * 10) / 10;
  const ends = (one: Ends | null | undefined): [number, number] | null => (one ? [at(one.low), at(one.high)] : null);
  return { dot: at(rate), thick: ends(interval), thin: ends(clustered) };
}
