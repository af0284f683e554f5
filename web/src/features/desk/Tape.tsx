import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { ShownSignal } from "@/client";
import { Failure } from "@/service/Failure";
import { signals } from "@/service/questions";
import { Empty, Skeleton } from "@/shared/Empty";
import { clock, day, price, side, words } from "@/shared/format";
import { Bar, Labels, Side } from "@/shared/marks";

/** Live signals, newest on top. New ones slide in only while the list is at its top; else a pill counts them. */
export function Tape() {
  const { data, error, refetch } = useQuery(signals());
  const list = useRef<HTMLOListElement>(null);
  const [isAtTop, atTop] = useState(true);
  const [seen, see] = useState<string | null>(null);
  const items = data?.items ?? [];
  const from = isAtTop || seen === null ? 0 : Math.max(0, items.findIndex(({ id }) => id === seen));
  return (
    <section className="column tape" aria-label="Signals">
      <header>
        <h2>Signals</h2>
        {from > 0 && (
          <button type="button" className="pill" onClick={() => list.current?.scrollTo({ top: 0 })}>
            {from} new
          </button>
        )}
      </header>
      {error && !data ? (
        <Failure error={error} again={() => void refetch()} />
      ) : !data ? (
        <Skeleton />
      ) : items.length === 0 ? (
        <Empty
          title="What the live scanner finds for you, as it finds it"
          action={
            <Button size="xs" variant="default" renderRoot={(props) => <Link to="/scan" {...props} />}>
              Scan now
            </Button>
          }
        >
          Time, symbol, pattern, entry, stop and target of each signal. No live scan has told of one yet.
        </Empty>
      ) : (
        <ol
          ref={list}
          tabIndex={0}
          onScroll={(event) => {
            const top = event.currentTarget.scrollTop < 4;
            if (isAtTop && !top) see(items[0]?.id ?? null);
            atTop(top);
          }}
        >
          {items.slice(from).map((signal) => (
            <Row key={signal.id} signal={signal} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Row({ signal }: { signal: ShownSignal }) {
  return (
    <li className={signal.status}>
      <time dateTime={signal.available_at} title={day(signal.available_at)}>
        {clock(signal.available_at)}
      </time>
      <Link to="/symbol/$" params={{ _splat: signal.symbol }}>
        <b>{signal.symbol}</b>
      </Link>
      <Side direction={signal.direction} />
      <span className="ellipsis">{words(signal.pattern)}</span>
      <span className="levels">
        {price(signal.entry)} <span className="quiet">→</span> {price(signal.stop)} <span className="quiet">→</span> {price(signal.target1)}
      </span>
      <Bar value={signal.confidence} side={side(signal.direction)} />
      <span className="quiet">{words(signal.phase)}</span>
      <Labels labels={signal.labels} />
    </li>
  );
}
