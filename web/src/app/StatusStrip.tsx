import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import type { HealthReport, LiveStatus, Overview } from "@/client";
import { useSecond, useServiceNow } from "@/service/clock";
import { keys } from "@/service/keys";
import { hurry, useLine } from "@/service/live";
import { health, liveStatus, overview } from "@/service/questions";
import { soon } from "@/service/soon";
import { Disclosed } from "@/shared/Disclosed";
import { clock, day, fixed, label, lately, session, span, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { labelsOf, meaningOf, nextOf, reachOf, silentOf } from "./standing";

/** Never leaves: the session, how far the data reaches, what must be known of it, the line to the service. */
export function StatusStrip() {
  const { data: market } = useQuery(overview);
  const { data: live } = useQuery(liveStatus);
  return (
    <section className="strip" aria-label="Status">
      <Session market={market} live={live} />
      <Reach market={market} live={live} />
      <DataLabels market={market} live={live} />
      <Connection />
    </section>
  );
}

interface Standing {
  market: Overview | undefined;
  live: LiveStatus | undefined;
}

function Session({ market, live }: Standing) {
  const now = useServiceNow();
  const queries = useQueryClient();
  const phase = market?.clock.phase ?? live?.session_phase;
  const until = market?.clock.until ?? live?.phase_until;
  const isOver = Boolean(until) && now > Date.parse(until ?? "");
  useEffect(() => {
    if (!isOver) return;
    soon(queries, keys.overview);
    soon(queries, keys.liveStatus);
  }, [queries, isOver]);
  if (!phase) return <span className="quiet unknown">session …</span>;
  const next = nextOf(phase, market?.clock.next_phase, until, now);
  const isOpen = market?.clock.is_open ?? phase !== "closed";
  return (
    <Explained
      name={
        <>
          <i className={`dot ${isOpen ? "on" : ""}`} /> <b>{words(phase).toUpperCase()}</b> <time>{clock(now)} ET</time>
          {next && (
            <span className="quiet roomy">
              {" "}
              · {next.verb} in {span(next.seconds)}
            </span>
          )}
        </>
      }
    >
      <p>The exchange’s session and its clock in New York, by its calendar with holidays and early closes.</p>
      <Facts
        of={{
          since: market && near(market.clock.since, now),
          until: until && near(until, now),
          then: market?.clock.next_phase && words(market.clock.next_phase),
        }}
      />
    </Explained>
  );
}

function Reach({ market, live }: Standing) {
  const now = useServiceNow();
  const reach = reachOf(market, live, now);
  if (!reach) return null;
  const { to, arrived, expected, isWhole } = reach;
  return (
    <Explained
      name={
        <>
          bars to {to === null ? "–" : "at" in to ? clock(to.at) : day(`${to.session}T17:00:00Z`, now)}{" "}
          {isWhole && <span title="whole">✓ </span>}
          <span className="quiet">
            {fixed(arrived, 0)}/{fixed(expected, 0)}
          </span>
        </>
      }
    >
      <p>Up to when bars have been received or are explained, and of how many symbols of those that are expected.</p>
      <Facts
        of={{
          received: `${fixed(arrived, 0)} of ${fixed(expected, 0)}`,
          "not waited for": live?.missing?.length ? `${live.missing.slice(0, 5).join(", ")}${live.missing.length > 5 ? " …" : ""}` : "",
          "silent (last bar)": silentOf(live),
          "scanned through": live?.scanned_through && near(live.scanned_through, now),
          trouble: live?.trouble,
          "stale since": market?.freshness.stale_since && day(market.freshness.stale_since, now),
          "data version": market?.freshness.data_version,
        }}
      />
    </Explained>
  );
}

function DataLabels({ market, live }: Standing) {
  const now = useServiceNow();
  const labels = labelsOf(market, live, now);
  if (labels.length === 0) return null;
  return (
    <Explained name={<Labels labels={labels} />}>
      <dl className="meanings">
        {labels.map((one) => (
          <div key={one}>
            <dt>{label(one)}</dt>
            <dd>{meaningOf(one)}</dd>
          </div>
        ))}
      </dl>
    </Explained>
  );
}

function Connection() {
  const { state, lag, lostAt } = useLine();
  const { data: report } = useQuery(health);
  const isOpen = state === "open";
  const said = isOpen ? "live" : lostAt === null ? "connecting" : "reconnecting";
  const wrong = report?.dependencies.filter(({ status }) => status !== "ok") ?? [];
  const isDown = isOpen && report?.status === "down";
  return (
    <Explained
      name={
        <span className={`line ${state}`}>
          {said} <i className={`dot ${isOpen && !isDown ? "on" : "warn"}`} /> {lag !== null && `${lag} ms`}
          {lostAt !== null && <Since lostAt={lostAt} />}
          {isDown && <span className="label">{wrong.find(({ status }) => status === "down")?.name} down</span>}
          <span className="hidden" role="status" aria-live="polite">
            {said}
          </span>
        </span>
      }
    >
      {isOpen ? (
        <p>The line on which news come, and how long they take.</p>
      ) : (
        <p>
          The service can’t be reached. What is on screen stays, with its age; the line comes back by itself, and what was
          missed is sent after.
        </p>
      )}
      {!isOpen && (
        <button type="button" className="plain accent" onClick={hurry}>
          Try now
        </button>
      )}
      <Facts
        of={{
          version: report?.version,
          started: report && started(report),
          ...Object.fromEntries(wrong.map(({ name, status, detail }) => [name, `${status}: ${detail}`])),
        }}
      />
    </Explained>
  );
}

function Since({ lostAt }: { lostAt: number }) {
  return <>{span((useSecond() - lostAt) / 1000)}</>;
}

function Explained({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <Disclosed className="explained" group="strip" name={name}>
      <div className="explanation">{children}</div>
    </Disclosed>
  );
}

/** Names with what there is to be said; what is not known is left out. */
function Facts({ of }: { of: Record<string, string | null | undefined> }) {
  const known = Object.entries(of).filter((one): one is [string, string] => Boolean(one[1]));
  if (known.length === 0) return null;
  return (
    <dl>
      {known.map(([name, value]) => (
        <div key={name}>
          <dt className="quiet">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const near = (at: string, now: number): string => `${lately(at, session(now))} ET`;

function started({ timestamp, uptime_seconds }: HealthReport): string {
  const at = Date.parse(timestamp);
  return near(new Date(at - uptime_seconds * 1000).toISOString(), at);
}
