import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ShownSignal } from "@/client";
import { signals } from "@/service/questions";
import { clock, day, fixed, sign, signed, words } from "@/shared/format";
import { Side } from "@/shared/marks";
import type { Wanted } from "./address";
import { Panel } from "./Panel";

const SHOWN = 12;
const LOOKED_AT = 200; // of which those of a session are picked here: the service does not filter by it

/** The filters of the signals page: those of here that it knows by the same names. */
export const inSignals = ({ from, to, scanner, pattern, direction }: Wanted) => ({ status: "closed" as const, from, to, scanner, pattern, direction });

const picked = (items: readonly ShownSignal[], phase?: string): ShownSignal[] => items.filter((one) => !phase || one.phase === phase).slice(0, SHOWN);

/** The latest signals of those that are counted, which came to an end; each leads to its symbol. */
export function Ended({ wanted }: { wanted: Wanted }) {
  const { phase } = wanted;
  const query = useQuery(signals({ ...inSignals(wanted), limit: phase ? LOOKED_AT : SHOWN }));
  return (
    <Panel title="The latest that ended" query={query}>
      {({ items }) => (
        <>
          <ul className="ended">
            {picked(items, phase).map((one) => (
              <li key={one.id}>
                <time className="quiet">
                  {day(one.bar_time)} {clock(one.bar_time)}
                </time>
                <Link to="/symbol/$" params={{ _splat: one.symbol }}>
                  <b>{one.symbol}</b>
                </Link>
                <Side direction={one.direction} />
                <span className="ellipsis">{words(one.pattern)}</span>
                <span className="number">{fixed(one.confidence, 0)}</span>
                <span className="quiet">{words(one.outcome)}</span>
                <span className={`number ${sign(one.r)}`}>{signed(one.r, 1)} R</span>
              </li>
            ))}
          </ul>
          {picked(items, phase).length === 0 && <p className="quiet said-nothing">None yet.</p>}
          <p className="said-nothing">
            <Link to="/signals" search={{ ...inSignals(wanted), phase } as never}>
              All of them
            </Link>
          </p>
        </>
      )}
    </Panel>
  );
}
