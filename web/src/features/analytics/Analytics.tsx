import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { Outcomes, Performance } from "@/client";
import { Failure } from "@/service/Failure";
import { phaseOf } from "@/service/phases";
import { answerTimes } from "@/service/questions";
import { Skeleton } from "@/shared/Empty";
import { isFiltered, wanted as asked, type AnalyticsSearch, type Wanted } from "./address";
import "./analytics.css";
import { Begin } from "./Begin";
import { steps } from "./equity";
import { Curve } from "./Curve";
import { Ended } from "./Ended";
import { Filters } from "./Filters";
import { ByConfidence, ByDecile, ByGroup, Triggered } from "./Groups";
import { ModelCard } from "./ModelCard";
import { Panel } from "./Panel";
import { performance } from "./questions";
import { FEW } from "./intervals";
import { ScanTimes } from "./ScanTimes";
import { Total } from "./Total";

const route = getRouteApi("/frame/analytics");
const NOTHING: AnalyticsSearch = {};

/** How signals turned out: all of them or of a kind, by whatever they can be told apart by, and how sure that is. */
export function Analytics() {
  const search = route.useSearch();
  const [now] = useState(Date.now);
  const wanted = useMemo(() => asked(search, now), [search, now]);
  const days = useQuery(performance("day", wanted));
  const every = useQuery(performance("pattern", { ...wanted, pattern: undefined }));
  const go = useNavigate();
  const change = (next: AnalyticsSearch) => void go({ to: "/analytics", search: { ...search, ...next }, replace: true });
  const patterns = [...new Set((every.data?.items ?? []).map(({ group }) => String(group.pattern)))].toSorted();
  const model = search.scanner ?? search.model;
  return (
    <div className="analytics">
      <header>
        <h1>Analytics</h1>
        <Filters search={search} patterns={patterns} change={change} />
      </header>
      {days.error && <Failure error={days.error} again={() => void days.refetch()} />}
      {!days.data ? (
        !days.error && <Skeleton rows={12} />
      ) : (
        <>
          {days.data.total.n === 0 ? <Begin total={days.data.total} isFiltered={isFiltered(search)} clear={() => void go({ to: "/analytics", search: NOTHING })} /> : <Total made={days.data} />}
          <div className="boards">
            {days.data.total.n > 0 && <Ways wanted={wanted} days={days.data} change={change} />}
            <ModelCard scanner={model} choose={search.scanner ? undefined : (name) => change({ model: name })} />
            <Times />
          </div>
        </>
      )}
    </div>
  );
}

interface WaysProps {
  wanted: Wanted;
  days: Performance;
  change: (change: AnalyticsSearch) => void;
}

/** The same signals by everything they can be told apart by. */
function Ways({ wanted, days, change }: WaysProps) {
  const baseline = days.total.n >= FEW ? days.total.win_rate : null;
  const common = { wanted, baseline };
  const text = ({ group }: Outcomes, name: string) => (typeof group[name] === "string" ? group[name] : undefined);
  const query = useQuery(performance("day", wanted));
  return (
    <>
      <Panel title="R, added up by day" about="hypothetical: each signal at the same risk, without costs, on its own day" query={query} isWide>
        {({ items }) => <Curve days={steps(items)} />}
      </Panel>
      <ByGroup {...common} title="By scanner" of="scanner" by="scanner" choose={(one) => change({ scanner: text(one, "scanner"), pattern: undefined })} />
      <ByGroup {...common} title="By pattern" of="pattern" by="pattern" choose={(one) => change({ scanner: text(one, "scanner"), pattern: text(one, "pattern") })} />
      <ByGroup {...common} title="By session" of="session" by="phase" choose={(one) => change({ phase: phaseOf(one.group.phase) })} />
      <ByGroup {...common} title="By regime" of="regime" by="regime" about="of the market, as known before the day" />
      <ByGroup {...common} title="By side" of="side" by="direction" choose={(one) => change({ direction: text(one, "direction") as Wanted["direction"] })} />
      <Triggered wanted={wanted} />
      <ByConfidence {...common} />
      <ByDecile {...common} />
      <Ended wanted={wanted} />
    </>
  );
}

function Times() {
  const query = useQuery(answerTimes);
  return (
    <Panel title="How scans ran" about="since the service began" query={query} isWide>
      {(made) => <ScanTimes made={made} />}
    </Panel>
  );
}
