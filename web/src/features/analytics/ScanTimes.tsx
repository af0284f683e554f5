import type { PerformanceAnswer } from "@/client";
import { DASH, fixed, words } from "@/shared/format";

const ms = (value: number | null): string => (value === null ? DASH : fixed(value, 0));

/** How fast scans were answered and how often they failed, since the service began. */
export function ScanTimes({ made: { scanners, errors, results } }: { made: PerformanceAnswer }) {
  const rows = Object.entries(scanners).toSorted(([, a], [, b]) => b.count - a.count);
  const failures = Object.entries(errors);
  if (rows.length === 0) return <p className="quiet said-nothing">Nothing has been scanned since the service began.</p>;
  return (
    <div className="rates" role="region" aria-label="How scans ran, table" tabIndex={0}>
      <table>
        <caption className="hidden">How scans ran</caption>
        <thead>
          <tr>
            <th scope="col">scanner</th>
            {["scans", "again", "failed", "p50 ms", "p95 ms", "p99 ms", "success %", "rows"].map((title) => (
              <th key={title} scope="col" className="number">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, one]) => (
            <tr key={name}>
              <th scope="row">{words(name)}</th>
              <td className="number">{fixed(one.count, 0)}</td>
              <td className="number">{fixed(one.cached, 0)}</td>
              <td className="number">{fixed(one.failed, 0)}</td>
              <td className="number">{ms(one.p50_ms)}</td>
              <td className="number">{ms(one.p95_ms)}</td>
              <td className="number">{ms(one.p99_ms)}</td>
              <td className="number">{one.success_rate === null ? DASH : fixed(100 * one.success_rate, 0)}</td>
              <td className="number">{fixed(Object.values(results[name] ?? {}).at(-1), 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {failures.length > 0 && <p className="quiet said-nothing">Failed: {failures.map(([kind, count]) => `${kind} ${count}`).join(", ")}</p>}
    </div>
  );
}
