import { memo } from "react";

const WIDTH = 64;
const HEIGHT = 18;

/** The points of a line through values, oldest first, within the box. */
export function points(values: readonly number[], width = WIDTH, height = HEIGHT): string {
  const low = Math.min(...values);
  const range = Math.max(...values) - low || 1;
  const step = width / Math.max(values.length - 1, 1);
  return values.map((v, i) => `${(i * step).toFixed(1)},${(height - 1 - ((v - low) / range) * (height - 2)).toFixed(1)}`).join(" ");
}

export const Sparkline = memo(function Sparkline({ values }: { values: readonly number[] }) {
  if (values.length < 2) return null;
  const up = (values.at(-1) ?? 0) >= (values[0] ?? 0);
  return (
    <svg className={`sparkline ${up ? "up" : "down"}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <polyline points={points(values)} fill="none" stroke="currentColor" strokeWidth="1.25" />
    </svg>
  );
});
