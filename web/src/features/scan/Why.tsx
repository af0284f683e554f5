import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { ScanRow } from "@/client";
import { DeepCards } from "@/service/DeepCards";
import { QUICK, type Asked } from "@/service/question";
import { deep, watchlist } from "@/service/questions";
import { day, fixed, price, words } from "@/shared/format";
import { Side } from "@/shared/marks";
import type { Level } from "./candles";
import { Patterns } from "./Patterns";
import { SmallChart } from "./SmallChart";

interface Props {
  symbol: string;
  asked: Asked;
  /** The session that the rows are of. */
  date?: string;
  hit?: ScanRow;
  /** Whether what is known of now says something of these rows. */
  isOfNow: boolean;
  watch: (symbol: string) => void;
  alert: (symbol: string) => void;
}

/** A row in full: its chart and levels, each condition met or not, and what the deep analysis says. */
export function Why({ symbol, asked, date, hit, isOfNow, watch, alert }: Props) {
  const isQuick = asked.scanner === QUICK;
  const { data: watched } = useQuery(watchlist);
  const { data: known } = useQuery({ ...deep(symbol), enabled: isOfNow && hit === undefined, retry: false });
  const levels = useMemo(() => (hit ? ofHit(hit) : ofDeep(isOfNow ? known?.sl_tp : undefined)), [hit, isOfNow, known]);
  const isWatched = watched?.items.some((one) => one.symbol === symbol);
  return (
    <>
      <header className="of-symbol">
        <h2 className="name">
          <Link to="/symbol/$" params={{ _splat: symbol }}>
            {symbol}
          </Link>
        </h2>
        <button type="button" className="plain" title="w" disabled={isWatched} onClick={() => watch(symbol)}>
          {isWatched ? "watched ✓" : "+ watch"}
        </button>
        <button type="button" className="plain" title="a" onClick={() => alert(symbol)}>
          + alert
        </button>
      </header>
      <SmallChart symbol={symbol} asked={{ ...asked, date: isQuick ? undefined : date }} levels={levels} whose={hit ? "scan" : "deep analysis"} />
      {hit && <Levels hit={hit} />}
      {!isQuick && <Patterns symbol={symbol} asked={asked} date={date} pattern={hit?.pattern} />}
      {isOfNow ? <DeepCards symbol={symbol} /> : <p className="quiet">Score, regime and confluence are of now; these rows are of {date && day(date)}.</p>}
    </>
  );
}

const level = (name: string, at: number | null | undefined, side: Level["side"]): Level[] => (typeof at === "number" ? [{ name, price: at, side }] : []);

const ofHit = ({ entry, stop, target1, target2 }: ScanRow): Level[] => [
  ...level("entry", entry, ""),
  ...level("stop", stop, "down"),
  ...level("target", target1, "up"),
  ...level("2nd target", target2, "up"),
];

const ofDeep = (levels: { available?: boolean; entry?: number; stopLoss?: number; takeProfit?: number } | undefined): Level[] =>
  levels?.available === false
    ? []
    : [...level("entry", levels?.entry, ""), ...level("stop", levels?.stopLoss, "down"), ...level("target", levels?.takeProfit, "up")];

/** What the scanner itself proposes. */
function Levels({ hit }: { hit: ScanRow }) {
  const r = (at: number | null) =>
    at !== null && hit.entry !== null && hit.stop !== null && hit.entry !== hit.stop ? `${fixed(Math.abs(at - hit.entry) / Math.abs(hit.entry - hit.stop), 1)} R` : "";
  const rows: [string, string, string][] = [
    ["2nd target", price(hit.target2), r(hit.target2)],
    ["target", price(hit.target1), r(hit.target1)],
    ["entry", price(hit.entry), ""],
    ["stop", price(hit.stop), ""],
    ["size", fixed(hit.position_size, 0), hit.size_reason ?? (hit.risk_amount ? `risks ${fixed(hit.risk_amount, 0)}` : "")],
  ];
  return (
    <section>
      <h2>
        {words(hit.pattern)} <Side direction={hit.direction} />
      </h2>
      <p className="quiet">The scan’s own levels, as in the chart; those of the deep analysis may differ.</p>
      <dl>
        {rows.map(([name, value, about]) => (
          <div key={name}>
            <dt>
              {name} <span className="quiet">{about}</span>
            </dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {hit.confluence_factors.length > 0 && <p className="quiet">{hit.confluence_factors.map(words).join(" · ")}</p>}
    </section>
  );
}

/** Asks of any symbol why it is no hit, or why it is. */
export function WhyNot({ ask }: { ask: (symbol: string) => void }) {
  const [text, write] = useState("");
  return (
    <form
      className="another"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim()) ask(text.trim().toUpperCase());
        write("");
      }}
    >
      <label>
        <span className="quiet">Why not …</span>
        <input value={text} maxLength={32} placeholder="symbol ⏎" spellCheck={false} onChange={(event) => write(event.target.value)} />
      </label>
    </form>
  );
}
