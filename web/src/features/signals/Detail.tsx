import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { signalsGetSignal, type ShownSignal, type SignalStory } from "@/client";
import { Conditions } from "@/service/Conditions";
import { explained } from "@/service/explained";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import { problemOf } from "@/service/problem";
import { useRowActs } from "@/service/useRowActs";
import { Skeleton } from "@/shared/Empty";
import { barTime, fixed, moment, price, setup, short, signed, words } from "@/shared/format";
import { Bar, Labels, Side } from "@/shared/marks";
import type { Tell } from "@/shared/Told";
import type { Status } from "./address";
import { Outcome } from "./columns";
import { distances } from "./distances";
import { WAYS, type Pending } from "./usePending";

interface Props {
  id: string;
  /** As it is in the list: when it is another there, its story is asked for again. */
  listed?: ShownSignal;
  pending: Pending | null;
  change: (signal: ShownSignal, to: Status) => void;
  tell: Tell;
}

/** A signal: its levels, its size, what became of it step by step, what it was made of, and why. */
export function Detail({ id, listed, pending, change, tell }: Props) {
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.signal(id), listed?.updated_at],
    queryFn: async () => (await signalsGetSignal({ path: { signal_id: id }, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    retry: false,
  });
  useRowActs(tell, { symbol: data?.id === id ? data.symbol : undefined });
  if (data?.id !== id) return error ? <Failure error={error} again={() => void refetch()} /> : <Skeleton rows={10} />;
  const isMine = pending?.signal.id === id;
  return (
    <>
      {error && <Failure error={error} again={() => void refetch()} />}
      <header className="of-symbol wide">
        <h2 className="name">
          <Link to="/symbol/$" params={{ _splat: data.symbol }} search={{ signal: data.id, ...onChart(data.timeframe) }}>
            {data.symbol}
          </Link>
        </h2>
        <Side direction={data.direction} />
        <p>
          {setup(data)} <span className="quiet">· {data.timeframe} · {words(data.phase)}</span>
        </p>
        <p>
          {isMine ? <span className="accent">→ {pending.to}</span> : data.status} <Outcome of={data} /> {data.r !== null && <b>{signed(data.r, 1)} R</b>}{" "}
          <Labels labels={data.labels} />
        </p>
      </header>
      {!isMine && <Ways signal={data} change={change} />}
      <Levels signal={data} />
      <Size signal={data} />
      <History story={data} />
      <Features signal={data} />
      <Why signal={data} />
    </>
  );
}

const TIMEFRAMES = ["1m", "5m", "15m", "1h", "4h", "1w"] as const;
const onChart = (timeframe: string) => ({ timeframe: TIMEFRAMES.find((one) => one === timeframe) });

function Ways({ signal, change }: { signal: SignalStory; change: Props["change"] }) {
  const ways = WAYS[signal.status] ?? [];
  if (ways.length === 0) return null;
  return (
    <div className="ways" role="group" aria-label="Change its status">
      {ways.map((to) => (
        <button key={to} type="button" className="plain" onClick={() => change(signal, to)}>
          {to}
        </button>
      ))}
      <span className="quiet">by hand: scans follow it no more</span>
    </div>
  );
}

function Levels({ signal }: { signal: SignalStory }) {
  return (
    <section>
      <h2>Levels</h2>
      <table className="facts-of">
        <thead>
          <tr>
            <th scope="col">level</th>
            <th scope="col">price</th>
            <th scope="col">from entry</th>
            <th scope="col">R</th>
          </tr>
        </thead>
        <tbody>
          {distances(signal).map(({ name, value, percent, r }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{price(value)}</td>
              <td>{percent === null ? "" : `${signed(percent, 1)} %`}</td>
              <td>{r === null ? "" : signed(r, 1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="quiet">As traded on that day.</p>
    </section>
  );
}

function Size({ signal }: { signal: SignalStory }) {
  return (
    <section>
      <h2>Size</h2>
      <dl>
        <Fact name="position, for your account" value={signal.position_size === null ? "–" : fixed(signal.position_size, signal.position_size % 1 ? 4 : 0)} />
        <Fact name="at risk" value={fixed(signal.risk_amount, 2)} />
        {signal.hypothetical_pnl !== null && <Fact name="hypothetical P&L" value={signed(signal.hypothetical_pnl)} />}
      </dl>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function History({ story }: { story: SignalStory }) {
  return (
    <section>
      <h2>What became of it</h2>
      <ol className="story">
        {story.history.map((step) => (
          <li key={`${step.at} ${step.status}`}>
            <time dateTime={step.at}>
              {moment(step.at)}
            </time>
            <span>
              <b>{step.status}</b> {step.price !== null && <>at {price(step.price)} </>}
              {step.reason && <span className="quiet">{words(step.reason)}</span>}
              {step.r !== null && (
                <span className="quiet">
                  {" "}
                  · {signed(step.r, 1)} R{step.mfe !== null && `, best ${signed(step.mfe, 1)}`}
                  {step.mae !== null && `, worst ${signed(step.mae, 1)}`}
                  {step.bars_held !== null && ` in ${step.bars_held} bars`}
                </span>
              )}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Features({ signal }: { signal: SignalStory }) {
  const factors = factorsOf(signal.confluence_factors);
  return (
    <section>
      <h2>Made of</h2>
      <dl>
        <Fact name="confidence" value={<Bar value={signal.confidence} />} />
        <Fact name="score" value={<Bar value={signal.score} />} />
        <Fact name="RVOL" value={fixed(signal.rvol, 1)} />
        <Fact name="ATR" value={price(signal.atr)} />
        <Fact name="volume" value={short(signal.volume)} />
        {factors.map(([name, value]) => (
          <Fact key={name} name={name} value={value} />
        ))}
        <Fact name="bar" value={barTime(signal)} />
        <Fact name="known at" value={moment(signal.available_at)} />
        <Fact name="data" value={signal.data_version} />
      </dl>
    </section>
  );
}

/** Confluence factors as they are given: a list of named factors, or values by name. */
export function factorsOf(given: unknown): [string, string][] {
  const written = (value: unknown) => (typeof value === "number" ? `× ${fixed(value, 2)}` : typeof value === "string" || typeof value === "boolean" ? String(value) : "");
  if (Array.isArray(given)) {
    return given.flatMap((one: unknown): [string, string][] => {
      if (typeof one === "string") return [[words(one), "✓"]];
      const { name, factor } = (one ?? {}) as { name?: unknown; factor?: unknown };
      return typeof name === "string" ? [[words(name), written(factor)]] : [];
    });
  }
  if (typeof given !== "object" || given === null) return [];
  return Object.entries(given).map(([name, value]) => [words(name), written(value)]);
}

function Why({ signal }: { signal: SignalStory }) {
  const { data, error, isPending } = useQuery(explained(signal));
  return (
    <section>
      <h2>Why</h2>
      {error ? (
        <p className="quiet">{problemOf(error).detail}</p>
      ) : isPending ? (
        <Skeleton rows={3} />
      ) : data ? (
        <>
          <Conditions all={data.conditions} />
          {!data.hit && <p className="quiet">By today's parameters and data it would not be one.</p>}
        </>
      ) : (
        <p className="quiet">The scanner has no such pattern any more.</p>
      )}
    </section>
  );
}
