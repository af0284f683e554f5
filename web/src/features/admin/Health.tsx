import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { scannerGetHealth, type DependencyHealth, type Percentiles } from "@/client";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import { answerTimes, health } from "@/service/questions";
import { Skeleton } from "@/shared/Empty";
import { DASH, fixed, span } from "@/shared/format";

const GLANCE_MS = 5_000;
const every = { refetchInterval: GLANCE_MS };

/** What the service depends on, one by one, with how long each took to answer; how its scans and answers go. */
export function Health() {
  const whole = useQuery({ ...health, ...every });
  const scanner = useQuery({ queryKey: keys.scannerHealth, queryFn: async () => (await scannerGetHealth({ throwOnError: true })).data, ...every });
  const times = useQuery({ ...answerTimes, ...every });
  return (
    <section className="part" aria-label="Health">
      <header>
        <h2>Health</h2>
        {whole.data && (
          <span className="quiet">
            version {whole.data.version} · up for {span(whole.data.uptime_seconds)} · {whole.data.services.join(", ")}
          </span>
        )}
      </header>
      <div className="sheet-of-part wide">
        <Panel title="The service" {...whole}>
          {whole.data && <Dependencies status={whole.data.status} rows={whole.data.dependencies} />}
        </Panel>
        <Panel title="Scanning" {...scanner}>
          {scanner.data && <Dependencies status={scanner.data.status} rows={scanner.data.dependencies} />}
        </Panel>
        <Panel title="Times of scans" {...times}>
          {times.data && <Times label="Scans" rows={{ all: times.data.scans, ...times.data.scanners }} />}
        </Panel>
        <Panel title="Times of answers" {...times}>
          {times.data && <Times label="Answers" rows={times.data.api} />}
        </Panel>
      </div>
    </section>
  );
}

interface PanelProps {
  title: string;
  error: Error | null;
  data: unknown;
  refetch: () => unknown;
  children: ReactNode;
}

function Panel({ title, error, data, refetch, children }: PanelProps) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {error && <Failure error={error} again={() => void refetch()} />}
      {children ?? (!error && !data && <Skeleton rows={3} />)}
    </section>
  );
}

const DOTS = { ok: "on", degraded: "warn", down: "bad" } as const;

function Dependencies({ status, rows }: { status: keyof typeof DOTS; rows: readonly DependencyHealth[] }) {
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">what</th>
          <th scope="col">how it is</th>
          <th scope="col">what there is to say</th>
          <th scope="col" className="number">
            answered in
          </th>
        </tr>
      </thead>
      <tbody>
        {[{ name: "all of it", status, detail: "", latency_ms: null }, ...rows].map((one) => (
          <tr key={one.name}>
            <th scope="row">{one.name === "all of it" ? <b>{one.name}</b> : one.name}</th>
            <td>
              <i className={`dot ${DOTS[one.status]}`} /> {one.status}
            </td>
            <td className="wraps">{one.detail || DASH}</td>
            <td className="number">{one.latency_ms === null ? "" : `${fixed(one.latency_ms, 1)} ms`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Times({ label, rows }: { label: string; rows: Record<string, Percentiles> }) {
  const known = Object.entries(rows).filter(([, { count }]) => count > 0);
  if (known.length === 0) return <p className="quiet">None since this process began.</p>;
  const ms = (value: number | null) => (value === null ? DASH : `${fixed(value, 1)} ms`);
  return (
    <div className="scrolled" tabIndex={0} role="region" aria-label={label}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">what</th>
            {["times", "p50", "p95", "p99"].map((name) => (
              <th key={name} scope="col" className="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {known.map(([name, { count, p50_ms, p95_ms, p99_ms }]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{fixed(count, 0)}</td>
              <td className="number">{ms(p50_ms)}</td>
              <td className="number">{ms(p95_ms)}</td>
              <td className="number">{ms(p99_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
