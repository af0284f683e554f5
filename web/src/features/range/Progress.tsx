import { Button } from "@mantine/core";
import { useEffect, useState } from "react";
import type { ScanProgress } from "@/client";
import { problemOf } from "@/service/problem";
import { fixed, span } from "@/shared/format";
import { pace, sampled, type Sample } from "./pace";
import { useCancel } from "./scans";

const LOOK_MS = 500;
const NOT_REACHED_MS = 4_000;

/** How far a scan that goes on is, how fast it goes, how long it still takes; and its end, if that is wanted. */
export function Progress({ scan, heardAt }: { scan: ScanProgress; heardAt: number }) {
  const { samples, now } = useSeen(scan.processed_tickers);
  const { perSecond, left } = pace(samples, scan.total_tickers, scan.execution_time, now);
  const cancel = useCancel();
  const isQueued = scan.status === "queued";
  const silent = now - heardAt;
  const isCancelling = cancel.isPending || cancel.isSuccess;
  return (
    <div className="going">
      <progress aria-label="Progress" max={100} value={isQueued ? 0 : scan.progress_percent} />
      <p>
        {isQueued ? (
          <b>{scan.message}</b>
        ) : (
          <>
            <b>{fixed(scan.progress_percent, 0)} %</b> · {fixed(scan.processed_tickers, 0)} of {fixed(scan.total_tickers, 0)} symbols
            {perSecond !== null && <> · {fixed(perSecond, perSecond < 10 ? 1 : 0)} symbols/s</>}
            {left !== null && <> · {left < 1 ? "nearly done" : `about ${span(Math.ceil(left))} left`}</>}
            {scan.current_ticker && <span className="quiet roomy"> · up to {scan.current_ticker}</span>}
          </>
        )}
        {silent > NOT_REACHED_MS && <span className="label">last heard {span(silent / 1000)} ago: it goes on without this page</span>}
      </p>
      {cancel.error !== null && <span className="refusal">{problemOf(cancel.error).detail}</span>}
      <Button size="compact-xs" variant="default" disabled={isCancelling} onClick={() => cancel.mutate(scan.scan_id)}>
        {isCancelling ? "Cancelling …" : "Cancel"}
      </Button>
    </div>
  );
}

/** What was seen of a scan, and when that was; looked at twice a second. */
function useSeen(done: number): { samples: readonly Sample[]; now: number } {
  const [seen, see] = useState(() => ({ samples: sampled([], { at: Date.now(), done }), now: Date.now() }));
  useEffect(() => {
    const look = () => {
      const now = Date.now();
      see((before) => ({ samples: sampled(before.samples, { at: now, done }), now }));
    };
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [done]);
  return seen;
}
