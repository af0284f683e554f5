import { useQuery } from "@tanstack/react-query";
import { quotes } from "@/service/questions";
import { day, fixed, price, short, sign, signed, span } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { useFlash } from "@/shared/useFlash";
import type { Heard } from "./live";
import { dailyRange, lastDay } from "./questions";
import type { Drawn } from "./series";

interface Props {
  symbol: string;
  /** The last live bar, where a feed is running. */
  live?: Heard;
  /** The session that is open, as one bar. */
  today?: Drawn;
  isWatched: boolean;
  watch: () => void;
  isTold: boolean;
  alert: () => void;
}

/** What a symbol stands at: price, change, RVOL, ATR, and where in its session's range. */
export function Head({ symbol, live, today, isWatched, watch, isTold, alert }: Props) {
  const { data } = useQuery(quotes([symbol]));
  const { data: range } = useQuery(dailyRange(symbol));
  const { data: stored } = useQuery(lastDay(symbol));
  const quote = data?.items.find((one) => one.symbol === symbol);
  const last = live?.close ?? quote?.last;
  const before = quote?.last && quote.change_pct !== null ? quote.last / (1 + quote.change_pct / 100) : null;
  const change = live && before ? (live.close / before - 1) * 100 : quote?.change_pct;
  const flash = useFlash<HTMLParagraphElement>(last);
  const session = today && today.session > (stored?.session ?? "") ? today : stored;
  return (
    <header className="of-symbol wide">
      <h1>{symbol}</h1>
      <button type="button" className="plain" aria-pressed={isWatched} title="w" onClick={watch}>
        {isWatched ? "watched ✓" : "+ watch"}
      </button>
      <button type="button" className="plain" aria-pressed={isTold} title="a" onClick={alert}>
        {isTold ? "alert on ✓" : "+ alert"}
      </button>
      <p ref={flash} className="large">
        {price(last)} <span className={sign(change)}>{signed(change)} %</span>
        {live && <span className="quiet small"> live</span>}
      </p>
      <dl className="across facts">
        <div>
          <dt>RVOL</dt>
          <dd>{fixed(quote?.rvol, 1)}</dd>
        </div>
        <div>
          <dt>volume</dt>
          <dd>{short(quote?.volume)}</dd>
        </div>
        <div>
          <dt title="average true range of 14 days">ATR</dt>
          <dd>
            {price(range?.atr)} <span className="quiet">{fixed(range?.natr, 1)} %</span>
          </dd>
        </div>
        <div>
          <dt>range {session && day(`${session.session}T17:00:00Z`)}</dt>
          <dd>
            {price(session?.low)} <Place low={session?.low} high={session?.high} last={last} /> {price(session?.high)}
          </dd>
        </div>
      </dl>
      <p>
        <Labels labels={quote?.labels ?? []} />
        {quote && quote.age > 3600 && <span className="quiet">price of {span(quote.age)} ago</span>}
      </p>
    </header>
  );
}

/** Where in a range the last price stands. */
function Place({ low, high, last }: { low?: number | null; high?: number | null; last?: number | null }) {
  if (!low || !high || !last || high <= low) return null;
  const share = Math.max(0, Math.min(1, (last - low) / (high - low)));
  return (
    <svg width="48" height="8" role="img" aria-label={`at ${fixed(share * 100, 0)} % of it`}>
      <rect y="3" width="48" height="2" className="bar-back" />
      <rect x={share * 46} width="2" height="8" fill="currentColor" />
    </svg>
  );
}
