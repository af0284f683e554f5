import type { ScanProgress, ScanResults } from "@/client";
import { fixed, span, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { labelsOf } from "./hits";
import { textOf } from "./question";
import { isGoingOn, isPartial } from "./scans";

/** What was asked, what became of it, and what must be known of the rows. */
export function About({ scan, results }: { scan: ScanProgress; results: ScanResults }) {
  const { age, data_version: version } = results;
  const notes = Array.isArray(results.notes) ? results.notes.filter((one): one is string => typeof one === "string") : [];
  return (
    <>
      <p className="about-scan" role="status">
        <span className={`status of-${scan.status}`}>{scan.status}</span>
        {isPartial(scan.status) && (
          <span className="label">
            PARTIAL: {fixed(scan.processed_tickers, 0)} of {fixed(scan.total_tickers, 0)} symbols
          </span>
        )}
        <Labels labels={labelsOf(results)} />
        {!isGoingOn(scan.status) && <span>{scan.message.replace(`${scan.status}; `, "")}</span>}
        <span className="quiet">
          {asked(results)}
          {scan.execution_time !== null && !isGoingOn(scan.status) && ` · took ${took(scan.execution_time)}`}
          {typeof age === "number" && ` · computed ${age < 60 ? "just now" : `${span(age)} ago`}`}
          {version && ` · data ${version}`}
        </span>
      </p>
      {notes.map((note) => (
        <p key={note} className="note">
          {note}
        </p>
      ))}
    </>
  );
}

function asked({ asked: { filters = {}, config = {} } }: ScanResults): string {
  const { include_tickers: only = [], exclude_tickers: without = [], universe } = filters;
  const floors = (["min_price", "max_price", "min_volume", "min_dollar_volume"] as const).filter((name) => filters[name]);
  return [
    universe ?? (only.length > 0 ? "" : "all stocks"),
    only.length > 0 && `only ${few(only)}`,
    without.length > 0 && `without ${few(without)}`,
    ...floors.map((name) => `${words(name)} ${fixed(filters[name], 0)}`),
    ...Object.entries(config).map(([name, value]) => `${words(name)} ${textOf(value)}`),
  ]
    .filter(Boolean)
    .join(" · ");
}

const few = (names: readonly string[]) => (names.length > 5 ? `${names.slice(0, 5).join(" ")} and ${names.length - 5} more` : names.join(" "));
const took = (seconds: number) => (seconds < 10 ? `${fixed(seconds, 1)} s` : span(seconds));
