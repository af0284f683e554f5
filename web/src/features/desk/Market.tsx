import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Mover, Overview } from "@/client";
import { Age } from "@/service/Age";
import { Failure } from "@/service/Failure";
import { overview } from "@/service/questions";
import { Skeleton } from "@/shared/Empty";
import { day, fixed, price, short, sign, signed } from "@/shared/format";
import { Next } from "./Next";

const MOST = 5;

/** Breadth, regime, who moves, and when the market is looked at next. */
export function Market() {
  const asked = useQuery(overview);
  const { data, error, refetch } = asked;
  return (
    <section className="column market" aria-label="Market">
      <header>
        <h2>Market</h2>
        <Age of={asked} />
        <span className="quiet">{data && session(data)}</span>
      </header>
      <div className="glance">
        {error && !data ? <Failure error={error} again={() => void refetch()} /> : !data ? <Skeleton rows={12} /> : <Glance market={data} />}
        <Next />
      </div>
    </section>
  );
}

function Glance({ market }: { market: Overview }) {
  return (
    <>
      <Breadth market={market} />
      <Regime regime={market.regime} />
      <Movers title="Gainers" movers={market.top_gainers} />
      <Movers title="Losers" movers={market.top_losers} />
      <Movers title="Most active" movers={market.most_active} />
    </>
  );
}

const session = ({ session, session_is_open }: Overview): string => (session ? `${day(session)}${session_is_open ? ", so far" : ""}` : "");

function Breadth({ market: { advancers, decliners, unchanged, new_highs, new_lows, with_a_year, volume } }: { market: Overview }) {
  const all = Math.max(advancers + decliners + unchanged, 1);
  return (
    <div>
      <div className="ends">
        <span>
          <b className="up">{fixed(advancers, 0)}</b> up
        </span>
        <span>
          down <b className="down">{fixed(decliners, 0)}</b>
        </span>
      </div>
      <svg viewBox="0 0 100 3" preserveAspectRatio="none" height="6" width="100%" role="img" aria-label={`${advancers} up, ${decliners} down`}>
        <rect width={(100 * advancers) / all} height="3" className="fill-up" />
        <rect x={100 - (100 * decliners) / all} width={(100 * decliners) / all} height="3" className="fill-down" />
      </svg>
      <dl>
        <div title={`of ${fixed(with_a_year, 0)} symbols with a year of history`}>
          <dt>52-week highs / lows</dt>
          <dd>
            {fixed(new_highs, 0)} / {fixed(new_lows, 0)}
          </dd>
        </div>
        <div>
          <dt>volume by usual</dt>
          <dd>{fixed(volume.by_usual, 2)}</dd>
        </div>
        <div>
          <dt>traded</dt>
          <dd>{short(volume.dollars)}</dd>
        </div>
      </dl>
    </div>
  );
}

function Regime({ regime }: { regime: Record<string, unknown> }) {
  const of = typeof regime.of === "string" ? regime.of : "";
  return (
    <div>
      <h2>Regime</h2>
      {regime.available === false ? (
        <p className="quiet">{String(regime.reason)}</p>
      ) : (
        <p title={`of ${of}`}>
          {String(regime.regime)}{" "}
          <span className="quiet">
            · {fixed(Number(regime.confidence) * 100, 0)} % sure · volatility {String(regime.volatility)}
          </span>
        </p>
      )}
    </div>
  );
}

function Movers({ title, movers }: { title: string; movers: readonly Mover[] }) {
  return (
    <table className="movers">
      <caption>
        <h2>{title}</h2>
      </caption>
      <tbody>
        {movers.slice(0, MOST).map((one) => (
          <tr key={one.symbol} data-symbol={one.symbol}>
            <th scope="row">
              <Link to="/symbol/$" params={{ _splat: one.symbol }}>
                {one.symbol}
              </Link>
            </th>
            <td className="number">{price(one.last)}</td>
            <td className={`number ${sign(one.change_pct)}`}>{signed(one.change_pct)}</td>
            <td className="number quiet" title="volume">
              {short(one.volume)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
