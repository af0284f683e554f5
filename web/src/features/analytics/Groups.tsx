import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Outcomes } from "@/client";
import { fixed, sign, signed } from "@/shared/format";
import type { Wanted } from "./address";
import { idOf, nameOf, rateOf, scoresOf, triggerRateOf } from "./naming";
import { Panel } from "./Panel";
import { performance, produced, type By } from "./questions";
import { FEW } from "./intervals";
import { Rates } from "./Rates";
import { Reliability } from "./Reliability";

interface Common {
  wanted: Wanted;
  /** The rate of all that are counted; null where they are too few for one. */
  baseline: number | null;
}

const R = [
  { title: "mean R", about: "of those that ended, hypothetical" },
  { title: "sum R", about: "of those that ended, hypothetical" },
];

const inR = (value: number | null, digits: number): ReactNode => <span className={sign(value)}>{signed(value, digits)}</span>;

/** The rates of groups, and what the marks mean. */
export function ByGroup({ title, about, of, by, choose, wanted, baseline }: Common & { title: string; about?: string; of: string; by: By; choose?: (one: Outcomes) => void }) {
  const query = useQuery(performance(by, wanted));
  return (
    <Panel title={title} about={about} query={query}>
      {({ items }) => (
        <>
          <Rates
            caption={title}
            of={of}
            rate="target"
            more={R}
            baseline={baseline}
            rows={items.map((one) => ({
              ...rateOf(one),
              id: idOf(one.group),
              name: nameOf(one.group),
              more: [inR(one.mean_r, 2), inR(one.total_r, 1)],
              choose: choose && (() => choose(one)),
            }))}
          />
          <Legend baseline={baseline} isFew={items.some(({ n }) => n < FEW)} />
        </>
      )}
    </Panel>
  );
}

/** Whether better scores did better: tenths of each scanner's own. */
export function ByDecile({ wanted, baseline }: Common) {
  const query = useQuery(performance("decile", wanted));
  return (
    <Panel title="By decile of the score" about="among those of its own scanner: 10 is the best tenth" query={query}>
      {({ items }) => (
        <>
          <Rates
            caption="By decile of the score"
            of="decile"
            rate="target"
            more={[{ title: "scores", about: "lowest and highest of those that ended" }, ...R.slice(0, 1)]}
            baseline={baseline}
            rows={items.map((one) => ({ ...rateOf(one), id: idOf(one.group), name: nameOf(one.group), more: [scoresOf(one), inR(one.mean_r, 2)] }))}
          />
          <Legend baseline={baseline} isFew={items.some(({ n }) => n < FEW)} />
        </>
      )}
    </Panel>
  );
}

/** Whether a confidence means what it says: on the diagonal it does. */
export function ByConfidence({ wanted, baseline }: Common) {
  const query = useQuery(performance("confidence", wanted));
  return (
    <Panel title="Reliability of the confidence" about="on the diagonal a confidence of 70 means that 70 in 100 reach target 1 first" query={query}>
      {({ items }) => {
        const points = items.flatMap((one) => (one.stated === null || one.win_rate === null ? [] : [{ name: nameOf(one.group), stated: one.stated, observed: one.win_rate, n: one.n, interval: one.interval, clustered: one.clustered }]));
        return points.length === 0 ? (
          <p className="quiet said-nothing">No signal with a confidence has come to an end.</p>
        ) : (
          <>
            <Reliability points={points} stated="confidence" baseline={baseline} />
            <p className="legend quiet">
              ▲ ▼ more or less than was stated, by both intervals. {baseline !== null && `Dashed: ${fixed(baseline, 0)} % of all. `}
              {points.some(({ n }) => n < FEW) && `Grey: fewer than ${FEW}, too few to say.`}
            </p>
          </>
        );
      }}
    </Panel>
  );
}

/** How many of those that were found came to a trade at all. */
export function Triggered({ wanted }: { wanted: Wanted }) {
  const query = useQuery(produced("scanner", wanted));
  return (
    <Panel title="How many were traded at all" about="of those that triggered or expired" query={query}>
      {({ items, total }) => (
        <Rates
          caption="How many were traded at all"
          of="scanner"
          rate="trigger"
          more={[{ title: "signals" }, { title: "expired" }, { title: "go on" }]}
          baseline={total.n >= FEW ? total.trigger_rate : null}
          rows={items.map((one) => ({
            ...triggerRateOf(one),
            id: idOf(one.group),
            name: nameOf(one.group),
            more: [one.signals, one.expired, one.active + one.triggered].map((count) => fixed(count, 0)),
          }))}
        />
      )}
    </Panel>
  );
}

function Legend({ baseline, isFew }: { baseline: number | null; isFew: boolean }) {
  return (
    <p className="legend quiet">
      {baseline === null ? "" : `Dashed: ${fixed(baseline, 0)} % of all. ▲ ▼ another than that, by both intervals. `}
      {isFew && `Grey: fewer than ${FEW}, too few to say.`}
    </p>
  );
}
