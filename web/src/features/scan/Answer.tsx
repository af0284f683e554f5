import { useQuery } from "@tanstack/react-query";
import type { QuickScanAnswer } from "@/client";
import { Age } from "@/service/Age";
import { problemOf } from "@/service/problem";
import { CRYPTO, type Asked } from "@/service/question";
import { liveStatus, overview } from "@/service/questions";
import { clock, day, fixed, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import type { Tell } from "@/shared/Told";
import { isBehind, reachedBy } from "./asOf";
import { Export } from "./Export";
import { Funnel, type Step } from "./Funnel";
import type { Scanned } from "./useScan";
import { WhyNot } from "./Why";

interface Props {
  asked: Asked;
  found: Scanned;
  step: Step | null;
  look: (step: Step | null) => void;
  ask: (symbol: string) => void;
  exportSeen: () => void;
  tell: Tell;
}

/** What was found, of whom, as of when; and what became of everybody else. */
export function Answer({ asked, found, step, look, ask, exportSeen, tell }: Props) {
  const { scan, quick, lines, progress } = found;
  const isDone = !progress || progress.done >= progress.all;
  return (
    <>
      <div className="said">
        <p aria-live="polite">
          {scan && (
            <>
              <b>{fixed(lines.length, 0)}</b> {lines.length === 1 ? "row" : "rows"} of {words(scan.scanner_type)} · <OfStored asOf={scan.as_of} asked={asked} /> · {fixed(scan.elapsed_ms, 0)} ms ·{" "}
              <Version of={scan.data_version} /> <Labels labels={scan.labels} />
            </>
          )}
          {quick && (
            <>
              <b>{fixed(quick.count, 0)}</b> symbols looked at
              {quick.missing.length > 0 && <> · {quick.missing.length} not stored</>} · <AsOf of={quick} asked={asked} /> · {fixed(quick.elapsedMs, 0)} ms ·{" "}
              <Version of={quick.dataVersion} /> <Labels labels={[...new Set(quick.signals[0]?.labels ?? [])]} />
            </>
          )}
        </p>
        <Age of={found.asking} />
        {found.isScanning && (scan ?? quick) && <span className="quiet">scanning again …</span>}
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

/** When the newest bar that was judged closed: in amber where newer ones are there by now. */
function AsOf({ of: { asOf }, asked }: { of: QuickScanAnswer; asked: Asked }) {
  const isLate = useIsBehind(asOf, asked.universe, asked.timeframe);
  return <When said={`${day(asOf)} ${clock(asOf)}`} late={isLate && "newer bars are there: scan again"} />;
}

/** The day whose stored bars were scanned: in amber where another is open, and bars of a part of it are asked for. */
function OfStored({ asOf, asked }: { asOf: string; asked: Asked }) {
  const { date, cutoff, universe, timeframe = "1d" } = asked;
  const isOfNow = !date && !cutoff && timeframe !== "1d" && timeframe !== "1w";
  const isLate = useIsBehind(`${asOf}T17:00:00Z`, universe) && isOfNow;
  return <When said={day(asOf)} late={isLate && "of stored bars: those of a session that is open are scanned live, on the desk"} />;
}

function When({ said, late }: { said: string; late: string | false }) {
  return late ? <span className="label" title={late}>{`as of ${said}`}</span> : `as of ${said}`;
}

function useIsBehind(asOf: string, universe: string | undefined, timeframe?: string): boolean {
  const { data: market } = useQuery(overview);
  const { data: live } = useQuery(liveStatus);
  return universe !== CRYPTO && isBehind(asOf, timeframe, reachedBy(market, live));
}

/** What follows the name of a version's table: a number, or the beginning of a hash. */
function Version({ of: version }: { of: string }) {
  const short = version.replace(/^.*@/, "").slice(0, 8);
  return (
    <span className="quiet" title={version}>
      data {/^\d+$/.test(short) ? `v${short}` : short}
    </span>
  );
}
