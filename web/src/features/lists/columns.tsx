import type { Quote } from "@/client";
import type { Column } from "@/shared/DataTable";
import { DASH, day, fixed, price, short, sign, signed, span } from "@/shared/format";
import { Sparkline } from "@/shared/Sparkline";
import { useFlash } from "@/shared/useFlash";
import { Note } from "./Note";

export interface Row {
  symbol: string;
  quote?: Quote;
  /** Why there is none. */
  missing?: string;
  note: string;
  since?: string;
  isSignalled: boolean;
}

export interface Acts {
  note: (symbol: string, text: string) => void;
  move: (symbol: string, by: number) => void;
  remove: (symbol: string) => void;
  canWrite: boolean;
  /** Rows stand in the list's own order: otherwise moving one would move nothing to be seen. */
  isOwnOrder: boolean;
}

const OLD = 3600; // seconds
const known = (value: number | null | undefined): number | undefined => value ?? undefined;

function Last({ row }: { row: Row }) {
  const element = useFlash<HTMLSpanElement>(row.quote?.last);
  return <span ref={element}>{price(row.quote?.last)}</span>;
}

const NUMBERS: Column<Row>[] = [
  {
    id: "symbol",
    title: "symbol",
    width: 96,
    value: (row) => row.symbol,
    cell: (row) => (
      <>
        <b>{row.symbol}</b> {row.isSignalled && <i className="dot signalled" role="img" aria-label="a signal is active" />}
      </>
    ),
  },
  { id: "last", title: "last", width: 84, isNumber: true, value: (row) => known(row.quote?.last), cell: (row) => <Last row={row} /> },
  {
    id: "change",
    title: "chg %",
    about: "since the close of the session before; coins: 24 hours",
    width: 68,
    isNumber: true,
    value: (row) => known(row.quote?.change_pct),
    cell: (row) => <span className={sign(row.quote?.change_pct)}>{signed(row.quote?.change_pct)}</span>,
  },
  { id: "line", title: "30 closes", width: 84, value: () => undefined, cell: (row) => <Sparkline values={row.quote?.sparkline ?? []} /> },
  { id: "rvol", title: "RVOL", about: "volume by the mean of the 20 sessions before", width: 60, isNumber: true, value: (row) => known(row.quote?.rvol), cell: (row) => fixed(row.quote?.rvol, 1) },
  { id: "volume", title: "volume", width: 76, isNumber: true, value: (row) => known(row.quote?.volume), cell: (row) => short(row.quote?.volume) },
  {
    id: "age",
    title: "age",
    about: "of the last price",
    width: 64,
    isNumber: true,
    value: (row) => row.quote?.age,
    cell: (row) => <span className={row.quote && row.quote.age < OLD ? "quiet" : ""}>{row.quote ? span(row.quote.age) : DASH}</span>,
  },
];
const SINCE: Column<Row> = { id: "since", title: "added", width: 72, value: (row) => row.since, cell: (row) => <span className="quiet">{row.since ? day(row.since) : DASH}</span> };

export function columns(acts: Acts, isWatchlist: boolean): Column<Row>[] {
  const note: Column<Row> = {
    id: "note",
    title: "note",
    width: 220,
    value: (row) => row.note || undefined,
    cell: (row) => (
      <>
        {row.missing && <span className="label">{row.missing}</span>}
        {acts.canWrite ? <Note symbol={row.symbol} text={row.note} save={acts.note} /> : row.note}
      </>
    ),
  };
  const act: Column<Row> = { id: "act", title: "order", about: "Alt and an arrow move the chosen row, Delete takes it off", width: 88, isNumber: true, value: () => undefined, cell: (row) => <RowActs row={row} acts={acts} /> };
  return [...NUMBERS, ...(isWatchlist ? [SINCE] : []), note, ...(acts.canWrite ? [act] : [])];
}

function RowActs({ row: { symbol }, acts }: { row: Row; acts: Acts }) {
  const title = acts.isOwnOrder ? undefined : "The table is sorted: “own order” above lets rows be moved";
  return (
    <span className="row-acts">
      <button type="button" className="plain" disabled={!acts.isOwnOrder} title={title} aria-label={`Move ${symbol} up`} onClick={() => acts.move(symbol, -1)}>
        ↑
      </button>
      <button type="button" className="plain" disabled={!acts.isOwnOrder} title={title} aria-label={`Move ${symbol} down`} onClick={() => acts.move(symbol, 1)}>
        ↓
      </button>
      <button type="button" className="plain" aria-label={`Remove ${symbol}`} onClick={() => acts.remove(symbol)}>
        ✕
      </button>
    </span>
  );
}
