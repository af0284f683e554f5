import { problemOf } from "@/service/problem";
import { fixed, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import type { Tell } from "@/shared/Told";
import { Export } from "./Export";
import { Funnel, type Step } from "./Funnel";
import type { Scanned } from "./useScan";
import { WhyNot } from "./Why";

interface Props {
  found: Scanned;
  step: Step | null;
  look: (step: Step | null) => void;
  ask: (symbol: string) => void;
  exportSeen: () => void;
  tell: Tell;
}

/** What was found, of whom, as of when; and what became of everybody else. */
export function Answer({ found, step, look, ask, exportSeen, tell }: Props) {
  const { scan, quick, lines, progress } = found;
  const isDone = !progress || progress.done >= progress.all;
  return (
    <>
      <div className="said">
        <p aria-live="polite">
          {scan && (
            <>
              <b>{fixed(lines.length, 0)}</b> {lines.length === 1 ? "row" : "rows"} of {words(scan.scanner_type)} · as of {scan.as_of} · {fixed(scan.elapsed_ms, 0)} ms ·{" "}
              <span className="quiet" title={scan.data_version}>data {versionOf(scan.data_version)}</span> <Labels labels={scan.labels} />
            </>
          )}
          {quick && (
            <>
              <b>{fixed(quick.count, 0)}</b> symbols looked at
              {quick.missing.length > 0 && <> · {quick.missing.length} not stored</>} <Labels labels={[...new Set(quick.signals[0]?.labels ?? [])]} />
            </>
          )}
        </p>
        {!isDone && (
          <span className="quiet">
            {fixed(progress.done, 0)} of {fixed(progress.all, 0)} analysed
          </span>
        )}
        {found.deepError !== null && <span className="label">not analysed deeply: {problemOf(found.deepError).title.toLowerCase()}</span>}
        <span className="room" />
        {scan && <WhyNot ask={ask} />}
        {lines.length > 0 && <Export scan={scan?.scan_id} seen={exportSeen} tell={tell} />}
      </div>
      {scan && <Funnel scan={scan} step={step} look={look} />}
      {scan?.notes.map((note) => (
        <p key={note} className="note">
          {note}
        </p>
      ))}
    </>
  );
}

/** A thin line below the header. */
export function Progress({ progress }: Pick<Scanned, "progress">) {
  const { done, all } = progress ?? { done: 0, all: 0 };
  const isOn = all > 0 && done < all;
  return <progress className={`thin ${isOn ? "" : "over"}`} value={done} max={all || 1} aria-label="Analysed" aria-hidden={!isOn} />;
}

/** What follows the name of a version's table: a number, or the beginning of a hash. */
function versionOf(version: string): string {
  const short = version.replace(/^.*@/, "").slice(0, 8);
  return /^\d+$/.test(short) ? `v${short}` : short;
}
