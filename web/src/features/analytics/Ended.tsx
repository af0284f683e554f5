import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { signals } from "@/service/questions";
import { barTime, fixed, setup, sign, signed, words } from "@/shared/format";
import { Side } from "@/shared/marks";
import type { Wanted } from "./address";
import { Panel } from "./Panel";

const SHOWN = 12;

/** The filters of the signals page, by the same names. */
const inSignals = (wanted: Wanted) => ({ status: "closed" as const, ...wanted });

/** The latest signals of those that are counted, which came to an end; each leads to its symbol. */
export function Ended({ wanted }: { wanted: Wanted }) {
  const query = useQuery(signals({ ...inSignals(wanted), limit: SHOWN }));
  return (
    <Panel title="The latest that ended" query={query}>
      {({ items }) => (
        <>
          <ul className="ended">
            {items.map((one) => (
              <li key={one.id}>
                <time className="quiet">
                  {barTime(one)}
                </time>
                <Link to="/symbol/$" params={{ _splat: one.symbol }}>
                  <b>{one.symbol}</b>
                </Link>
                <Side direction={one.direction} />
                <span className="ellipsis">{setup(one)}</span>
                <span className="number">{fixed(one.confidence, 0)}</span>
                <span className="quiet">{words(one.outcome)}</span>
                <span className={`number ${sign(one.r)}`}>{signed(one.r, 1)} R</span>
              </li>
            ))}
          </ul>
          {items.length === 0 && <p className="quiet said-nothing">None yet.</p>}
          <p className="said-nothing">
            <Link to="/signals" search={inSignals(wanted)}>
              All of them
            </Link>
          </p>
        </>
      )}
    </Panel>
  );
}
