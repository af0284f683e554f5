import { useElementSize } from "@mantine/hooks";
import { useMemo, useState, type PointerEvent } from "react";
import { day, fixed, sign, signed } from "@/shared/format";
import { drawdown, drawn, nearest, type Step } from "./equity";

const HEIGHT = 208;
const LEFT = 44;
const BOTTOM = 20;

const noon = (date: string): string => day(`${date}T17:00:00Z`);

/** The R of signals that came to an end, added up by their day. Nobody traded it: each at the same risk, without costs. */
export function Curve({ days }: { days: readonly Step[] }) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [at, point] = useState<number | null>(null);
  const { points, levels } = useMemo(() => drawn(days, { width, height: HEIGHT, left: LEFT, bottom: BOTTOM }), [days, width]);
  const fall = drawdown(days);
  const shown = days[at ?? days.length - 1];
  const spot = at === null ? undefined : points[at];
  const [first, last] = [days[0], days.at(-1)];
  const look = (event: PointerEvent<SVGSVGElement>) => point(nearest(points, event.clientX - event.currentTarget.getBoundingClientRect().left));
  return (
    <div className="curve">
      <p>
        {shown && (
          <>
            <time>{noon(shown.date)}</time> <b className={sign(shown.sum)}>{signed(shown.sum, 1)} R</b>{" "}
            <span className="quiet">
              {signed(shown.r, 1)} R that day, of {shown.n}
            </span>
          </>
        )}
        {fall && (
          <span className="quiet fall">
            deepest fall −{fixed(fall.r, 1)} R, {noon(fall.from)} to {noon(fall.to)}
          </span>
        )}
      </p>
      <div ref={ref}>
        {width > 0 && (
          <svg width={width} height={HEIGHT} role="img" aria-label="R of ended signals, added up; the numbers stand in the table below" onPointerMove={look} onPointerLeave={() => point(null)}>
            {levels.map(({ value, y }) => (
              <g key={value}>
                <line className={value === 0 ? "zero" : "grid"} x1={LEFT} x2={width} y1={y} y2={y} />
                <text x={LEFT - 6} y={y + 4} textAnchor="end">
                  {signed(value, Number.isInteger(value) ? 0 : 1)}
                </text>
              </g>
            ))}
            <text x={LEFT} y={HEIGHT - 4}>
              {first && noon(first.date)}
            </text>
            <text x={width} y={HEIGHT - 4} textAnchor="end">
              {last && last !== first && noon(last.date)}
            </text>
            <polyline className="line-of-r" points={points.map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ")} />
            {points.length === 1 && <circle className="spot" cx={points[0]?.x} cy={points[0]?.y} r="3" />}
            {spot && (
              <>
                <line className="baseline" x1={spot.x} x2={spot.x} y1="0" y2={HEIGHT - BOTTOM} />
                <circle className="spot" cx={spot.x} cy={spot.y} r="3" />
              </>
            )}
          </svg>
        )}
      </div>
      <details className="as-table">
        <summary>As a table</summary>
        <table>
          <caption>R by day, the latest first</caption>
          <thead>
            <tr>
              {["day", "n", "R", "sum"].map((title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map(({ date, n, r, sum }) => (
              <tr key={date}>
                <th scope="row">{date}</th>
                <td>{n}</td>
                <td>{signed(r, 2)}</td>
                <td>{signed(sum, 2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  );
}
