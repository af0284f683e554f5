import { Link } from "@tanstack/react-router";
import type { ShownSignal } from "@/client";
import { barTime, day, fixed, price, setup, signed } from "@/shared/format";
import { Labels, Side } from "@/shared/marks";
import { ended, hitRate, outcomeSign, outcomeWords } from "./outcomes";

interface Props {
  symbol: string;
  signals: readonly ShownSignal[];
  hasMore: boolean;
  chosen?: string;
  choose: (id: string) => void;
}

const MOST = 50;

/** Past signals of a symbol, how they ended, and how often they reached their target. */
export function Past({ symbol, signals, hasMore, chosen, choose }: Props) {
  const shown = signals.slice(0, MOST);
  return (
    <section aria-label={`Signals of ${symbol}`}>
      <header className="ends">
        <h2>Signals</h2>
        {signals.length > 0 && (
          <Link to="/signals" search={{ symbol }}>
            {hasMore ? "all" : `all ${signals.length}`}
          </Link>
        )}
      </header>
      {signals.length === 0 ? (
        <p className="quiet">None yet. The live scanner writes one for every hit of this symbol, and follows it to its stop or target.</p>
      ) : (
        <>
          <Rate signals={signals} hasMore={hasMore} />
          <ul className="past">
            {shown.map((one) => (
              <li key={one.id}>
                <button type="button" className={`plain ${one.id === chosen ? "on" : ""}`} aria-pressed={one.id === chosen} title="its levels on the chart" onClick={() => choose(one.id)}>
                  <time dateTime={one.bar_time} title={barTime(one)}>{day(one.bar_time)}</time>
                  <Side direction={one.direction} />
                  <span className="ellipsis" title={setup(one)}>
                    {setup(one)} <span className="quiet">{one.timeframe}</span>
                  </span>
                  <span className="number">{price(one.entry)}</span>
                  <span className={`number ${ended(one)}`} title={outcomeWords(one)}>
                    {outcomeSign(one) || outcomeWords(one)}
                  </span>
                </button>
              </li>
            ))}
          </ul>
          {signals.length > MOST && <p className="quiet">The newest {MOST}.</p>}
          <Labels labels={[...new Set(signals.flatMap(({ labels }) => labels))]} />
        </>
      )}
    </section>
  );
}

function Rate({ signals, hasMore }: { signals: readonly ShownSignal[]; hasMore: boolean }) {
  const rate = hitRate(signals);
  if (!rate) return <p className="quiet">None has reached its end yet, so there is no hit rate.</p>;
  const { n, hits, low, high, meanR } = rate;
  return (
    <div className="rate">
      <b className="large">{fixed(rate.rate, 0)} %</b>{" "}
      <span>
        reached the target: {hits} of {n}
        {meanR !== null && <> · mean {signed(meanR)} R</>}
      </span>
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect width="100" height="6" className="bar-back" />
        <rect x={low} width={high - low} height="6" className="interval" />
        <rect x={rate.rate - 0.5} width="1" height="6" className="point" />
      </svg>
      <p className="quiet">
        95 % interval {fixed(low, 0)}–{fixed(high, 0)} %, of {hasMore ? `the newest ${signals.length} signals` : "all signals"} that were traded to an end; R is hypothetical, at the prices of bars.
      </p>
    </div>
  );
}
