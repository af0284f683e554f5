import { getRouteApi, useNavigate, useRouter } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { useRowActs } from "@/service/useRowActs";
import { DataTable } from "@/shared/DataTable";
import { Empty } from "@/shared/Empty";
import { fixed, words } from "@/shared/format";
import { Telling, useTold } from "@/shared/Told";
import type { HitsSearch } from "./address";
import { columnsOf } from "./columns";
import { longDate } from "./dates";
import { Export } from "./Export";
import { byPattern, filtered, type Hit, type Own } from "./hits";

const route = getRouteApi("/frame/range/$scanId");
const idOf = (hit: Hit) => hit.id;
const SETTLE_MS = 300;
const LAST_DAY_FIRST = "-date";

interface Props {
  scanId: string;
  hits: readonly Hit[];
  own: readonly Own[];
  /** What the exported file is called. */
  file: string;
  isGoingOn: boolean;
}

/** The rows: by day, filtered, sorted, exported; enter opens a row's symbol. */
export function Hits({ scanId, hits, own, file, isGoingOn }: Props) {
  const wanted = route.useSearch();
  const go = useNavigate();
  const { told, tell, forget } = useTold();
  const [selected, select] = useState<string | null>(null);
  const look = useCallback(
    (change: Partial<HitsSearch>) =>
      void go({ to: "/range/$scanId", params: { scanId }, search: (before: HitsSearch) => ({ ...before, ...change }), replace: true }),
    [go, scanId],
  );
  const open = useCallback((hit: Hit) => void go({ to: "/symbol/$", params: { _splat: hit.symbol } }), [go]);
  const { day, pattern } = wanted;
  const [q, filter] = useFilter(wanted.q, look);
  const shown = useMemo(() => filtered(hits, { day, pattern, q }), [hits, day, pattern, q]);
  const patterns = useMemo(() => [...byPattern(hits)], [hits]);
  const first = hits[0];
  const columns = useMemo(() => columnsOf(first, own), [first, own]);
  const sort = wanted.sort ?? LAST_DAY_FIRST;
  const isNarrowed = shown !== hits;
  useRowActs(tell, { symbol: shown.find(({ id }) => id === selected)?.symbol });
  return (
    <section className="hits" aria-label="Results">
      <div className="tools">
        <input
          className="boxed"
          type="search"
          aria-label="Filter by symbol or pattern"
          placeholder="filter symbol, pattern"
          maxLength={64}
          value={q}
          onChange={(event) => filter(event.target.value)}
        />
        {patterns.length > 1 && (
          <select className="boxed" aria-label="Pattern" value={pattern ?? ""} onChange={(event) => look({ pattern: event.target.value || undefined })}>
            <option value="">all patterns</option>
            {patterns.map(([name, count]) => (
              <option key={name} value={name}>
                {words(name)} · {count}
              </option>
            ))}
          </select>
        )}
        {day && (
          <button type="button" className="pill" onClick={() => look({ day: undefined })}>
            {longDate(day)} <span aria-hidden="true">✕</span>
            <span className="hidden">, show all days</span>
          </button>
        )}
        <span className="quiet" role="status">
          {isNarrowed ? `${fixed(shown.length, 0)} of ${fixed(hits.length, 0)} rows` : `${fixed(hits.length, 0)} ${hits.length === 1 ? "row" : "rows"}`}
        </span>
        <span className="room" />
        {hits.length > 0 && <Export scan={scanId} name={file} />}
      </div>
      <div className="rows">
        <DataTable
          label="Rows of the range scan"
          rows={shown}
          columns={columns}
          id={idOf}
          sorting={[{ id: sort.replace(/^-/, ""), desc: sort.startsWith("-") }]}
          onSort={([order]) => look({ sort: order && `${order.desc ? "-" : ""}${order.id}` })}
          selected={selected}
          onSelect={(hit) => select(hit.id)}
          onOpen={open}
          empty={
            isNarrowed ? (
              <Empty
                title="No row fits the filter"
                action={
                  <button type="button" className="plain accent" onClick={() => {
                      filter("");
                      look({ day: undefined, pattern: undefined, q: undefined });
                    }}>
                    Show all {fixed(hits.length, 0)}
                  </button>
                }
              />
            ) : isGoingOn ? (
              <Empty title="Nothing found yet">Rows come in as parts of the universe are done.</Empty>
            ) : (
              <Empty title="Nothing was found">No bar of the range met every condition. A lower threshold, or more days, may find some.</Empty>
            )
          }
        />
      </div>
      <Telling told={told} forget={forget} />
    </section>
  );
}

/** What is written into the filter: it filters at once, and stands in the address when the writing has settled. */
function useFilter(asked: string | undefined, look: (change: HitsSearch) => void): [string, (text: string) => void] {
  const [text, write] = useState(asked ?? "");
  const router = useRouter();
  useEffect(() => {
    if (text === (asked ?? "")) return;
    const timer = setTimeout(() => {
      const isLeaving = router.latestLocation.pathname !== router.state.location.pathname;
      if (!isLeaving) look({ q: text || undefined });
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text, asked, look, router]);
  return [text, write];
}
