import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo } from "react";
import type { ScanProgress, ScanResults } from "@/client";
import { Failure } from "@/service/Failure";
import { parametersOf } from "@/service/parameters";
import { problemOf } from "@/service/problem";
import { scanners, universe } from "@/service/questions";
import { Empty, Skeleton } from "@/shared/Empty";
import { day, words } from "@/shared/format";
import { About } from "./About";
import type { HitsSearch } from "./address";
import { HeatMap } from "./HeatMap";
import { byDay, hitsOf, ownColumns } from "./hits";
import { Hits } from "./Hits";
import { Outcomes } from "./Outcomes";
import { Progress } from "./Progress";
import { searchFor } from "./question";
import { isGoingOn, isPartial, keys, progressOf, removals, resultsOf } from "./scans";
import { calendar } from "./weeks";
import "./range.css";

const route = getRouteApi("/frame/range/$scanId");
const NONE: readonly never[] = [];

/** One range scan: how it goes on, and what it found so far or in the end, by day. The server is the truth of it. */
export function RangeScan() {
  const { scanId } = route.useParams();
  const queries = useQueryClient();
  const progress = useQuery(progressOf(scanId));
  const results = useQuery(resultsOf(scanId, queries));
  const status = progress.data?.status;
  useEffect(() => {
    if (status && !isGoingOn(status)) void queries.invalidateQueries({ queryKey: keys.list });
  }, [queries, status]);
  if (problemOf(progress.error).status === 404)
    return (
      <Empty title="There is no such range scan" action={<Link to="/range">Range scans</Link>}>
        It was deleted, or it is somebody else’s: scans are private.
      </Empty>
    );
  if (!progress.data) return progress.error ? <Failure error={progress.error} again={() => void progress.refetch()} /> : <Skeleton rows={12} />;
  return (
    <div className="range range-scan">
      <Head scan={progress.data} results={results.data} />
      {isGoingOn(status) && <Progress key={scanId} scan={progress.data} heardAt={progress.dataUpdatedAt} />}
      {results.data ? (
        <Found scan={progress.data} results={results.data} />
      ) : results.error ? (
        <Failure error={results.error} again={() => void results.refetch()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </div>
  );
}

function Head({ scan, results }: { scan: ScanProgress; results?: ScanResults }) {
  const go = useNavigate();
  const { data: known } = useQuery(scanners);
  const type = results?.scanner_type;
  const again = useMemo(() => {
    const described = known?.find(({ name }) => name === type);
    return results && searchFor(results.asked, described ? parametersOf(described.parameters) : NONE);
  }, [known, results, type]);
  const name = `${words(type ?? "range scan")}, ${day(scan.start_date)} to ${day(scan.end_date)}`;
  function remove(): void {
    removals.begin({ id: scan.scan_id, name });
    void go({ to: "/range" });
  }
  return (
    <header className="of-scan">
      <Link to="/range" className="back">
        ‹ Range scans
      </Link>
      <h1>
        {words(type ?? "…")} <span className="quiet">{day(scan.start_date)} – {day(scan.end_date)}</span>
      </h1>
      <span className="room" />
      {again && (
        <Button size="xs" h={28} variant="default" onClick={() => void go({ to: "/range", search: again })}>
          Change and scan again
        </Button>
      )}
      {!isGoingOn(scan.status) && (
        <Button size="xs" h={28} variant="default" onClick={remove}>
          Delete
        </Button>
      )}
      {results && <About scan={scan} results={results} />}
    </header>
  );
}

function Found({ scan, results }: { scan: ScanProgress; results: ScanResults }) {
  const { day } = route.useSearch();
  const go = useNavigate();
  const { data: known } = useQuery(scanners);
  const { data: market } = useQuery(universe);
  const { scan_id: scanId } = scan;
  const { scanner_type: type, results: rows, outcomes } = results;
  const patterns = useMemo(() => known?.find(({ name }) => name === type)?.patterns.map(({ name }) => name) ?? NONE, [known, type]);
  const hits = useMemo(() => hitsOf(rows, patterns), [rows, patterns]);
  const own = useMemo(() => ownColumns(rows, patterns), [rows, patterns]);
  const drawn = useMemo(() => {
    const counts = byDay(hits);
    const days = [...counts.keys()].toSorted();
    const from = later(scan.start_date, earlier(market?.first_date ?? scan.start_date, days[0]));
    const to = earlier(scan.end_date, later(market?.last_date ?? scan.end_date, days.at(-1)));
    return calendar(from, to, counts);
  }, [hits, scan.start_date, scan.end_date, market]);
  const choose = useCallback(
    (to: string | undefined) =>
      void go({ to: "/range/$scanId", params: { scanId }, search: (before: HitsSearch) => ({ ...before, day: to }), replace: true }),
    [go, scanId],
  );
  const partial = isPartial(scan.status) ? "_partial" : "";
  return (
    <>
      <div className="overview">
        <section aria-labelledby="hits-a-day">
          <h2 id="hits-a-day">Hits a day</h2>
          <HeatMap calendar={drawn} chosen={day} choose={choose} />
        </section>
        <section aria-labelledby="came-to" tabIndex={0}>
          <h2 id="came-to">What the hits came to</h2>
          {outcomes ? (
            <Outcomes outcomes={outcomes} />
          ) : (
            <p className="quiet">
              {isGoingOn(scan.status)
                ? "Each hit is followed to its target or stop once the scan is whole."
                : "The scan did not come to its end, so its hits were not followed to their targets and stops."}
            </p>
          )}
        </section>
      </div>
      <Hits
        scanId={scanId}
        hits={hits}
        own={own}
        file={`${type}_${scan.start_date}_${scan.end_date}${partial}`}
        isGoingOn={isGoingOn(scan.status)}
      />
    </>
  );
}

const later = (one: string, other: string | undefined) => (other !== undefined && other > one ? other : one);
const earlier = (one: string, other: string | undefined) => (other !== undefined && other < one ? other : one);
