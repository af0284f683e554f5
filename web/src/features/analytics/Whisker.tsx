import { fixed } from "@/shared/format";
import { across, standing, whisker, type Rate } from "./intervals";

export const WIDTH = 144;
const HEIGHT = 22;
const ROOM = 8;
const MIDDLE = HEIGHT / 2;
const MARK = 4;

/** The scale above the marks: 0 to 100 %. */
export function WhiskerScale() {
  return (
    <svg width={WIDTH} height="16" role="img" aria-label="0 to 100 %">
      {[0, 50, 100].map((percent) => (
        <text key={percent} x={across(percent, WIDTH, ROOM)} y="12" textAnchor={percent === 0 ? "start" : percent === 100 ? "end" : "middle"} dx={percent === 0 ? -ROOM : percent === 100 ? ROOM : 0}>
          {percent}
        </text>
      ))}
    </svg>
  );
}

/**
 * A rate's dot with its intervals: thick where trials are taken for independent, thin where whole dates are drawn anew.
 * Pointing up or down: another than the dashed baseline. The numbers stand beside it, so that it says nothing aloud.
 */
export function Whisker({ rate, baseline }: { rate: Rate; baseline: number | null }) {
  const drawn = whisker(rate, WIDTH, ROOM);
  const stands = standing(rate, baseline);
  const at = baseline === null ? null : across(baseline, WIDTH, ROOM);
  return (
    <svg className={`whisker is-${stands}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      <line className="grid" x1={ROOM} x2={WIDTH - ROOM} y1={MIDDLE} y2={MIDDLE} />
      {[0, 50, 100].map((percent) => (
        <line key={percent} className="grid" x1={across(percent, WIDTH, ROOM)} x2={across(percent, WIDTH, ROOM)} y1="0" y2={HEIGHT} />
      ))}
      {at !== null && <line className="baseline" x1={at} x2={at} y1="0" y2={HEIGHT} />}
      {drawn?.thin && <path className="thin-line" d={`M${drawn.thin[0]} ${MIDDLE - 4}v8M${drawn.thin[0]} ${MIDDLE}H${drawn.thin[1]}M${drawn.thin[1]} ${MIDDLE - 4}v8`} />}
      {drawn?.thick && <line className="thick-line" x1={drawn.thick[0]} x2={drawn.thick[1]} y1={MIDDLE} y2={MIDDLE} />}
      {drawn && <path className="mark" d={mark(stands, drawn.dot, MIDDLE)} />}
    </svg>
  );
}

/** A circle; a triangle up or down where the rate is another than the baseline. */
export function mark(stands: string, x: number, y: number): string {
  const wide = MARK + 1;
  if (stands === "above") return `M${x - wide} ${y + MARK}h${2 * wide}L${x} ${y - wide}z`;
  if (stands === "below") return `M${x - wide} ${y - MARK}h${2 * wide}L${x} ${y + wide}z`;
  return `M${x - MARK} ${y}a${MARK} ${MARK} 0 1 0 ${2 * MARK} 0a${MARK} ${MARK} 0 1 0 ${-2 * MARK} 0`;
}

export const between = (ends: { low: number; high: number } | null | undefined): string => (ends ? `${fixed(ends.low, 0)}–${fixed(ends.high, 0)}` : "–");
