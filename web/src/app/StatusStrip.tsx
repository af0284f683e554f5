import { useQuery } from "@tanstack/react-query";
import { useEffect, useState, type ReactNode } from "react";
import type { Overview } from "@/client";
import { useLine } from "@/service/live";
import { overview } from "@/service/questions";
import { clock, day, fixed, span, words } from "@/shared/format";
import { Labels } from "@/shared/marks";

/** Never leaves: the session, how far the data reaches, what must be known of it, the line to the service. */
export function StatusStrip() {
  const { data } = useQuery(overview);
  const now = useNow();
  return (
    <section className="strip" aria-label="Status">
      {data ? <Session market={data} now={now} /> : <span className="quiet">session …</span>}
      {data && <Reach market={data} />}
      {data && data.labels.length > 0 && (
        <Explained
          text="This data is not what a live market would send you: the label says how it differs."
          name={<Labels labels={staleToo(data)} />}
        />
      )}
      <Connection />
    </section>
  );
}

function Session({ market, now }: { market: Overview; now: number }) {
  const { phase, is_open, until, next_phase } = market.clock;
  const left = until ? ` · ${words(next_phase ?? "")} in ${span((Date.parse(until) - now) / 1000)}` : "";
  return (
    <Explained
      text="The exchange's session and its clock in New York, by its calendar with holidays and early closes."
      name={
        <>
          <i className={`dot ${is_open ? "on" : ""}`} /> <b>{words(phase).toUpperCase()}</b> <time>{clock(now)} ET</time>
          <span className="quiet roomy">{left}</span>
        </>
      }
    />
  );
}

function Reach({ market }: { market: Overview }) {
  const { watermark } = market.freshness;
  const all = market.symbols + market.late;
  return (
    <Explained
      text={`Up to when bars have been received, and of how many symbols. Data version ${market.freshness.data_version}.`}
      name={
        <>
          bars to {watermark ? clock(watermark) : market.session ? day(`${market.session}T17:00:00Z`) : "–"}{" "}
          <span className={market.late > 0 ? "" : "quiet"}>
            {fixed(market.symbols, 0)}/{fixed(all, 0)}
          </span>
        </>
      }
    />
  );
}

function Connection() {
  const { state, lag } = useLine();
  const said = { open: lag === null ? "live" : `live ${lag} ms`, connecting: "connecting", waiting: "reconnecting" }[state];
  return (
    <Explained
      text="The line on which news comes. While it is down, what is on screen stays and what was missed is sent after."
      name={
        <span className={`line ${state}`} role="status" aria-live="polite" aria-label={state === "open" ? "live" : said}>
          <i className={`dot ${state === "open" ? "on" : "warn"}`} /> {said}
        </span>
      }
    />
  );
}

function Explained({ name, text }: { name: ReactNode; text: string }) {
  return (
    <details className="explained" name="strip">
      <summary>{name}</summary>
      <p>{text}</p>
    </details>
  );
}

function staleToo(market: Overview): string[] {
  const since = market.freshness.stale_since;
  return since && !market.labels.some((one) => one.startsWith("stale")) ? [...market.labels, `stale since ${day(since)}`] : market.labels;
}

function useNow(): number {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
