import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Outcomes } from "@/client";
import { Failure } from "@/service/Failure";
import { useLiveScanner } from "@/service/liveScanner";
import { liveStatus } from "@/service/questions";
import { useMayWrite } from "@/service/role";
import { Empty } from "@/shared/Empty";

const WHAT = "Here you will see how often signals reach their target before their stop, by scanner, pattern, session and regime, with how sure that is; their R day by day; and whether a confidence of 70 means 70.";

/** Before the first signal has come to an end: what will be here, and what leads there. */
export function Begin({ total, isFiltered, clear }: { total: Outcomes; isFiltered: boolean; clear: () => void }) {
  const { data: status } = useQuery(liveStatus);
  const { start } = useLiveScanner();
  const mayWrite = useMayWrite();
  if (isFiltered) {
    return (
      <Empty title="No signal of this kind has come to an end" action={<Button size="xs" variant="default" onClick={clear}>Count all signals</Button>}>
        {total.signals > 0 ? `${total.signals} were found, ${total.open} of them go on.` : "None was found in this span."}
      </Empty>
    );
  }
  if (total.signals > 0) {
    return (
      <Empty title={`${total.signals} signals, none of which has come to an end yet`} action={<Link to="/signals">To the signals</Link>}>
        {WHAT} {total.open} go on: each ends at its stop, its target or its time limit.
      </Empty>
    );
  }
  const isRunning = status?.state === "running" || status?.state === "starting";
  return (
    <>
      <Empty
        title="No signal has been written for you yet"
        action={
          isRunning ? (
            <Link to="/signals">To the signals</Link>
          ) : (
            mayWrite && (
              <Button size="xs" loading={start.isPending} onClick={() => start.mutate()}>
                Start the live scanner
              </Button>
            )
          )
        }
      >
        {WHAT} {isRunning ? "The live scanner runs: it writes a signal for every hit, and follows it to its end." : "The live scanner writes a signal for every hit from then on, and follows it to its end."}
      </Empty>
      {start.error && <Failure error={start.error} />}
      {start.isSuccess && status?.reason && <p className="note">{status.reason}</p>}
    </>
  );
}
