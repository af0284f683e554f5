import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { LiveStatus } from "@/client";
import { useLiveScanner } from "@/service/liveScanner";
import { problemOf } from "@/service/problem";
import { liveStatus } from "@/service/questions";
import { useMayWrite } from "@/service/role";
import { Empty } from "@/shared/Empty";
import { clock, words } from "@/shared/format";
import { Until } from "./Until";

/** How the live scanner fares, in a line, and its switch. */
export function LiveSwitch() {
  const { data: live } = useQuery(liveStatus);
  const { start, stop, error } = useLiveScanner();
  const mayWrite = useMayWrite();
  if (!live) return null;
  const isOn = live.state !== "stopped";
  const isBad = live.state === "failed" || live.state === "no_provider";
  return (
    <span className="live-switch">
      {error ? (
        <span className="refusal ellipsis" role="alert" title={problemOf(error).hint}>
          {problemOf(error).detail}
        </span>
      ) : (
        isOn && (
          <span className={`ellipsis ${isBad ? "warned" : "quiet"}`} title={live.reason || live.waits}>
            <i className={`dot ${live.state === "running" ? "on" : "warn"}`} /> {isBad ? live.reason : <Running live={live} />}
          </span>
        )
      )}
      {mayWrite && (isOn || error) && (
        <button type="button" className="plain accent" disabled={start.isPending || stop.isPending} onClick={() => (isOn ? stop : start).mutate()}>
          {isOn ? "Stop" : "Start"}
        </button>
      )}
    </span>
  );
}

function Running({ live }: { live: LiveStatus }) {
  if (live.state === "starting") return <>live scanner begins</>;
  if (live.waits) return <>found, but waiting: {live.waits}</>;
  return (
    <>
      scanned {live.scanned_through ? `to ${clock(live.scanned_through)}` : "nothing yet"}
      <Until at={live.next_scan} before=" · next " />
    </>
  );
}

/** No signal yet: what would be here, and the one button that makes it appear. */
export function NoSignals() {
  const { data: live } = useQuery(liveStatus);
  const { start, error } = useLiveScanner();
  const mayWrite = useMayWrite();
  const isOff = live?.state === "stopped";
  return (
    <Empty
      title="What the live scanner finds for you, as it finds it"
      action={
        isOff &&
        mayWrite && (
          <Button size="xs" variant="default" loading={start.isPending} onClick={() => start.mutate()}>
            Start the live scanner
          </Button>
        )
      }
    >
      Time, symbol, pattern, entry, stop and target of each signal. {live && !isOff && <Waiting live={live} />}
      {isOff && (mayWrite ? "It scans the market as bars close, until you stop it." : "None runs.")}
      {error && (
        <span className="refusal" role="alert">
          {" "}
          {problemOf(error).detail}
        </span>
      )}
    </Empty>
  );
}

function Waiting({ live }: { live: LiveStatus }) {
  if (live.state === "failed" || live.state === "no_provider") return <>It does not run: {live.reason}.</>;
  if (live.session_phase === "closed") {
    return <>It runs; the market is closed{live.phase_until && `, and opens for premarket at ${clock(live.phase_until)} ET`}.</>;
  }
  return <>It runs, {words(live.session_phase)}, and has told of none yet.</>;
}
