import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import type { ShownSignal } from "@/client";
import { Age } from "@/service/Age";
import { useToday } from "@/service/clock";
import { Failure } from "@/service/Failure";
import { signals } from "@/service/questions";
import { Skeleton } from "@/shared/Empty";
import { lately, price, setup, side, words } from "@/shared/format";
import { Bar, Labels, Side } from "@/shared/marks";
import { LiveSwitch, NoSignals } from "./LiveSwitch";
import { common, held, inOrder } from "./tape";

const TOP_PX = 4;

/** Live signals, newest on top. New ones slide in only while the list is at its top; else a pill counts them. */
export function Tape() {
  const asked = useQuery(signals());
  const { data, error, refetch } = asked;
  return (
    <section className="column tape" aria-label="Signals">
      <header>
        <h2>Signals</h2>
        <Labels labels={common(data?.items ?? [])} />
        <Age of={asked} isFed />
        <LiveSwitch />
      </header>
      {error && !data ? (
        <Failure error={error} again={() => void refetch()} />
      ) : !data ? (
        <Skeleton />
      ) : data.items.length === 0 ? (
        <NoSignals />
      ) : (
        <List items={data.items} />
      )}
    </section>
  );
}

function List({ items }: { items: readonly ShownSignal[] }) {
  const list = useRef<HTMLOListElement>(null);
  const today = useToday();
  const isLive = useRef(false);
  const [known, hold] = useState<ReadonlySet<string> | null>(null);
  const all = useMemo(() => inOrder(items), [items]);
  const ofAll = useMemo(() => common(items), [items]);
  const { shown, waiting } = held(all, known);
  useEffect(() => {
    isLive.current = true; // after the rows that are there at first
  }, []);
  return (
    <>
      {waiting > 0 && (
        <button type="button" className="pill" onClick={() => list.current?.scrollTo({ top: 0 })}>
          {waiting} new
        </button>
      )}
      <ol
        ref={list}
        tabIndex={0}
        aria-label="Signals, newest first"
        onKeyDown={walk}
        onScroll={({ currentTarget }) => {
          const isAtTop = currentTarget.scrollTop < TOP_PX;
          if (isAtTop !== (known === null)) hold(isAtTop ? null : new Set(all.map(({ id }) => id)));
        }}
      >
        {shown.map((signal) => (
          <Row key={signal.id} signal={signal} today={today} ofAll={ofAll} isLive={isLive} />
        ))}
      </ol>
    </>
  );
}

function Row({ signal, today, ofAll, isLive }: { signal: ShownSignal; today: string; ofAll: readonly string[]; isLive: RefObject<boolean> }) {
  const row = useRef<HTMLLIElement>(null);
  useLayoutEffect(() => {
    if (isLive.current) row.current?.classList.add("arrived");
  }, [isLive]);
  return (
    <li ref={row} className={signal.status} data-signal={signal.id} data-symbol={signal.symbol} onClick={() => row.current?.querySelector("a")?.focus()}>
      <time dateTime={signal.available_at}>{lately(signal.available_at, today)}</time>
      <Link to="/symbol/$" params={{ _splat: signal.symbol }}>
        <b>{signal.symbol}</b>
      </Link>
      <Side direction={signal.direction} />
      <span className="ellipsis" title={`${setup(signal)}, ${signal.status}`}>
        {setup(signal)}
      </span>
      <span className="levels" title="entry → stop → target">
        {price(signal.entry)} <span className="quiet">→</span> {price(signal.stop)} <span className="quiet">→</span> {price(signal.target1)}
      </span>
      <Bar value={signal.confidence} side={side(signal.direction)} />
      <span className="quiet">{words(signal.phase)}</span>
      <span>
        <Labels labels={signal.labels.filter((one) => !ofAll.includes(one))} />
      </span>
    </li>
  );
}

/** j, k and the arrows go from signal to signal; enter opens one, as it does any link. */
function walk(event: KeyboardEvent<HTMLOListElement>): void {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (step === undefined) return;
  const links = [...event.currentTarget.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
  event.preventDefault();
}
