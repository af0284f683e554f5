import { fixed, sign, signed, span } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { points } from "@/shared/Sparkline";
import type { Weight } from "./weight";

const WIDTH = 160;
const HEIGHT = 28;
const OLD = 3600; // seconds

/** How a list stands, as far as that can be said of symbols without quantities: each counts the same. */
export function Summary({ weight }: { weight: Weight }) {
  if (weight.priced === 0) return null;
  const last = weight.line.at(-1);
  const since = last === undefined ? null : last - 100;
  return (
    <div className="summary">
      <dl className="across">
        <div>
          <dt className="quiet">change, equal weight</dt>
          <dd className={`large ${sign(weight.change)}`}>{signed(weight.change)} %</dd>
        </div>
        <div>
          <dt className="quiet">up · down</dt>
          <dd className="large">
            <span className="up">{weight.up}</span> · <span className="down">{weight.down}</span>
          </dd>
        </div>
        {since !== null && (
          <div>
            <dt className="quiet">{weight.line.length} closes</dt>
            <dd className="large">
              <span className={sign(since)}>{signed(since, 1)} %</span>{" "}
              <svg className={`sparkline ${sign(since)}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
                <polyline points={points(weight.line, WIDTH, HEIGHT)} fill="none" stroke="currentColor" strokeWidth="1.25" />
              </svg>
            </dd>
          </div>
        )}
      </dl>
      <p className="quiet">
        The mean of {fixed(weight.priced, 0)} of {fixed(weight.all, 0)} symbols, each counting the same: no quantities are kept, so this is no profit or loss.
        {weight.lined > 0 && weight.lined < weight.priced && ` The line is of the ${weight.lined} that have every close.`}
        {weight.age > OLD && ` The oldest price is ${span(weight.age)} old.`} <Labels labels={weight.labels} />
      </p>
    </div>
  );
}
