import type { Outcomes } from "@/client";

/** A day's R, and all of it up to then. */
export interface Step {
  date: string;
  r: number;
  n: number;
  sum: number;
}

/** The days whose signals came to an end, the first first, added up. */
export function steps(days: readonly Outcomes[]): Step[] {
  let sum = 0;
  return days
    .flatMap(({ group, total_r, n }) => (total_r === null || typeof group.date !== "string" ? [] : [{ date: group.date, r: total_r, n }]))
    .toSorted((a, b) => a.date.localeCompare(b.date))
    .map((day) => ({ ...day, sum: (sum += day.r) }));
}

/** The deepest fall from a peak, with the days it went from and to; the beginning counts as a peak of 0. */
export function drawdown(days: readonly Step[]): { r: number; from: string; to: string } | null {
  let peak = { sum: 0, date: days[0]?.date ?? "" };
  let worst: { r: number; from: string; to: string } | null = null;
  for (const { date, sum } of days) {
    if (sum >= peak.sum) peak = { sum, date };
    else if (peak.sum - sum > (worst?.r ?? 0)) worst = { r: peak.sum - sum, from: peak.date, to: date };
  }
  return worst;
}

export interface Frame {
  width: number;
  height: number;
  left: number;
  bottom: number;
}

/** Round numbers from below the least to above the greatest, about so many. */
export function ticks(low: number, high: number, about = 4): number[] {
  const rough = Math.max((high - low) / about, 1e-9);
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = ([1, 2, 5, 10].find((one) => one * power >= rough * 0.999) ?? 10) * power;
  const first = Math.floor(low / size + 1e-9);
  const last = Math.ceil(high / size - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * size).toPrecision(12)));
}

export interface Drawn {
  points: { x: number; y: number }[];
  levels: { value: number; y: number }[];
}

/** Where the days lie in a frame: time across, R up; the first day has a beginning of 0 before it. */
export function drawn(days: readonly Step[], { width, height, left, bottom }: Frame): Drawn {
  const sums = [0, ...days.map(({ sum }) => sum)];
  const values = ticks(Math.min(...sums), Math.max(...sums));
  const [low, high] = [values[0] ?? 0, values.at(-1) ?? 1];
  const times = days.map(({ date }) => Date.parse(date));
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 1];
  const room = 6;
  const y = (value: number) => room + ((high - value) / (high - low || 1)) * (height - bottom - 2 * room);
  const x = (time: number) => left + (last === first ? 0.5 : (time - first) / (last - first)) * (width - left - room);
  return {
    points: days.map(({ sum }, at) => ({ x: x(times[at] ?? 0), y: y(sum) })),
    levels: values.map((value) => ({ value, y: y(value) })),
  };
}

/** The day that is nearest to a place across. */
export function nearest(points: readonly { x: number }[], x: number): number {
  let found = 0;
  points.forEach((point, at) => {
    if (Math.abs(point.x - x) < Math.abs((points[found]?.x ?? 0) - x)) found = at;
  });
  return found;
}
