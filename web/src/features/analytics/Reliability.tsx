import { fixed } from "@/shared/format";
import type { Reliable } from "./card";
import { standing } from "./intervals";
import { between, mark } from "./Whisker";

const SIZE = 264;
const LEFT = 36;
const BOTTOM = 32;
const ROOM = 14;
const MARKS = [0, 25, 50, 75, 100];

const x = (percent: number): number => LEFT + (percent / 100) * (SIZE - LEFT - ROOM);
const y = (percent: number): number => ROOM + ((100 - percent) / 100) * (SIZE - BOTTOM - ROOM);

/** What was stated across, what was observed up: on the diagonal the two agree. */
export function Reliability({ points, stated, baseline }: { points: readonly Reliable[]; stated: string; baseline: number | null }) {
  return (
    <div className="reliability">
      <svg width={SIZE} height={SIZE} role="img" aria-label={`Reliability: ${stated} across, share observed up; the numbers stand in the table`}>
        {MARKS.map((percent) => (
          <g key={percent}>
            <line className="grid" x1={x(percent)} x2={x(percent)} y1={y(0)} y2={y(100)} />
            <line className="grid" x1={x(0)} x2={x(100)} y1={y(percent)} y2={y(percent)} />
            <text x={x(percent)} y={y(0) + 14} textAnchor="middle">
              {percent}
            </text>
            <text x={x(0) - 6} y={y(percent) + 4} textAnchor="end">
              {percent}
            </text>
          </g>
        ))}
        <text x={x(50)} y={SIZE - 4} textAnchor="middle">
          {stated} %
        </text>
        <text x="0" y="0" textAnchor="middle" transform={`translate(10 ${y(50)}) rotate(-90)`}>
          observed %
        </text>
        <line className="diagonal" x1={x(0)} y1={y(0)} x2={x(100)} y2={y(100)} />
        {baseline !== null && <line className="baseline" x1={x(0)} x2={x(100)} y1={y(baseline)} y2={y(baseline)} />}
        {points.map((point) => (
          <g key={point.name} className={`whisker is-${stands(point)}`}>
            {point.interval && <line className="thick-line" x1={x(point.stated)} x2={x(point.stated)} y1={y(point.interval.low)} y2={y(point.interval.high)} />}
            <path className="mark" d={mark(stands(point), x(point.stated), y(point.observed))} />
          </g>
        ))}
      </svg>
      <table>
        <caption className="hidden">Reliability</caption>
        <thead>
          <tr>
            <th scope="col">{stated}</th>
            <th scope="col" className="number">
              stated %
            </th>
            <th scope="col" className="number">
              observed %
            </th>
            <th scope="col" className="number">
              95 %
            </th>
            <th scope="col" className="number">
              n
            </th>
          </tr>
        </thead>
        <tbody>
          {points.map((point) => (
            <tr key={point.name} className={`is-${stands(point)}`}>
              <th scope="row">{point.name}</th>
              <td className="number">{fixed(point.stated, 0)}</td>
              <td className="number">{fixed(point.observed, 0)}</td>
              <td className="number">{between(point.interval)}</td>
              <td className="number">{fixed(point.n, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** More or less was observed than was stated. */
const stands = ({ observed, n, interval, clustered, stated }: Reliable): string => standing({ rate: observed, n, interval, clustered }, stated);
