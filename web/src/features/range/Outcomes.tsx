import type { CameTo, ScanOutcomes } from "@/client";
import { fixed, sign, signed, words } from "@/shared/format";

const WIDTH = 84;
/** With fewer, a rate says next to nothing. */
const FEW = 30;

/** What the hits came to: of those traded to an end, the share that reached the target, and how sure that is. */
export function Outcomes({ outcomes }: { outcomes: ScanOutcomes }) {
  const { items, total, notes } = outcomes;
  const shown = items.length > 1 ? [total, ...items] : items.length === 1 ? items : [total];
  return (
    <div className="outcomes">
      {total.signals > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">pattern</th>
              <th scope="col" className="number" title="traded to an end: target, stop or the end of the time allowed">
                n
              </th>
              <th scope="col" className="number" title="share of n that reached the target before the stop">
                hit rate
              </th>
              <th scope="col" title="95 % interval, whole dates drawn anew where there are several">
                95 %
              </th>
              <th scope="col" className="number" title="mean R multiple, hypothetical">
                mean R
              </th>
              <th scope="col" className="number" title="not over yet">
                open
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <Line key={one.pattern ?? ""} one={one} />
            ))}
          </tbody>
        </table>
      )}
      {notes.map((note) => (
        <p key={note} className="quiet">
          {note}
        </p>
      ))}
    </div>
  );
}

function Line({ one }: { one: CameTo }) {
  const ends = one.clustered ?? one.interval;
  return (
    <tr className={one.pattern === null ? "all" : ""}>
      <th scope="row">{one.pattern === null ? "all" : words(one.pattern)}</th>
      <td className="number">{fixed(one.n, 0)}</td>
      <td className="number">
        {one.hit_rate === null ? "–" : `${fixed(one.hit_rate, 0)} %`}
        {one.n > 0 && one.n < FEW && <span className="quiet" title={`of ${one.n} only: this says little`}>{" "}?</span>}
      </td>
      <td>{ends && one.hit_rate !== null && <Interval low={ends.low} high={ends.high} rate={one.hit_rate} />}</td>
      <td className={`number ${sign(one.mean_r)}`}>{signed(one.mean_r)}</td>
      <td className="number quiet">{fixed(one.open, 0)}</td>
    </tr>
  );
}

/** An interval of 0 to 100 as a line, with what was observed as a point on it. */
function Interval({ low, high, rate }: { low: number; high: number; rate: number }) {
  const x = (percent: number) => 2 + (percent / 100) * (WIDTH - 4);
  return (
    <>
      <svg className="interval" width={WIDTH} height={12} aria-hidden="true">
        <line className="back" x1={2} x2={WIDTH - 2} y1={6} y2={6} />
        <line x1={x(low)} x2={x(high)} y1={6} y2={6} />
        <circle cx={x(rate)} cy={6} r={3} />
      </svg>{" "}
      <span className="quiet">
        {fixed(low, 0)}–{fixed(high, 0)}
      </span>
    </>
  );
}
