import { useQuery } from "@tanstack/react-query";
import type { LiveStatus, MarketStatus, QuickStatus } from "@/client";
import { Age } from "@/service/Age";
import { Failure } from "@/service/Failure";
import { liveStatus, quickStatus } from "@/service/questions";
import { Skeleton } from "@/shared/Empty";
import { clock, words } from "@/shared/format";
import { Until } from "./Until";

const MARKETS: Record<string, string> = { us: "US stocks", crypto: "coins" };

/** When the market is looked at next, and by whom. */
export function Next() {
  const live = useQuery(liveStatus);
  const quick = useQuery(quickStatus);
  return (
    <section className="next-scans" aria-label="Next scans">
      <header>
        <h2>Next scans</h2>
        <Age of={live} />
      </header>
      {live.error && !live.data ? (
        <Failure error={live.error} again={() => void live.refetch()} />
      ) : !live.data ? (
        <Skeleton rows={2} />
      ) : (
        <dl>
          <Live live={live.data} />
          {quick.data && <Quick quick={quick.data} />}
        </dl>
      )}
    </section>
  );
}

/** The live scan of each market that is scanned; while none is, that it is not. */
function Live({ live }: { live: LiveStatus }) {
  const markets = live.markets ?? [];
  if (markets.length < 2) return <LiveOf live={live} />;
  return markets.map((one) => <LiveOf key={one.market} live={one} of={one.market} />);
}

function LiveOf({ live, of }: { live: MarketStatus; of?: string }) {
  const isOn = live.state === "running" || live.state === "starting";
  return (
    <div title={isOn ? live.scanners?.map(words).join(", ") : live.reason}>
      <dt>
        live scan{of && ` of ${MARKETS[of] ?? of}`}, {words(live.session_phase)}
      </dt>
      <dd>
        {isOn ? (
          <>
            {clock(live.next_scan)} <Until at={live.next_scan} />
          </>
        ) : (
          <span className="quiet">{words(live.state)}</span>
        )}
      </dd>
    </div>
  );
}

function Quick({ quick: { status, history } }: { quick: QuickStatus }) {
  const last = history[0];
  return (
    <div title={status.lastError ?? undefined}>
      <dt>quick scan of everything</dt>
      <dd>
        {status.isScanning ? (
          "now"
        ) : last ? (
          <>
            <span className="quiet">last</span> {clock(last.timestamp)}
          </>
        ) : (
          <span className={status.lastError ? "warned" : "quiet"}>{none(status)}</span>
        )}
      </dd>
    </div>
  );
}

function none({ lastError, periodicScanningEnabled }: QuickStatus["status"]): string {
  if (lastError) return "failed";
  return periodicScanningEnabled ? "none yet" : "switched off";
}
