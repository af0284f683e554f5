import { useQuery } from "@tanstack/react-query";
import { Skeleton } from "@/shared/Empty";
import { fixed, price, side, words } from "@/shared/format";
import { Bar } from "@/shared/marks";
import type { Deep, Part } from "./deep";
import { problemOf } from "./problem";
import { deep } from "./questions";

/** What is known of a symbol deeply, part by part; a part that has nothing to say gives its reason. */
export function DeepCards({ symbol }: { symbol: string }) {
  const { data, error } = useQuery({ ...deep(symbol), retry: false });
  if (error && !data) {
    const { status, detail } = problemOf(error);
    return <p className="quiet">{status === 404 ? "Not analysed yet: a quick scan that holds this symbol does it." : detail}</p>;
  }
  if (!data) return <Skeleton rows={4} />;
  return (
    <div className="deep">
      <Score deep={data} />
      <Levels deep={data} />
      <Regime deep={data} />
      <Confluence deep={data} />
      <Section title="Model" part={data.ml_prediction}>
        {fixed((data.ml_prediction?.probability ?? 0) * 100, 0)} % {data.ml_prediction?.side}
      </Section>
    </div>
  );
}

function Section({ title, part, children }: { title: string; part: Part | undefined | null; children: React.ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      {part?.available === false || !part ? <p className="quiet">{part?.reason ?? "not analysed yet"}</p> : <div>{children}</div>}
    </section>
  );
}

function Score({ deep }: { deep: Deep }) {
  const parts = Object.entries(deep.opportunity?.parts ?? {});
  return (
    <Section title="Score" part={deep.opportunity}>
      <b className="large">{fixed(deep.opportunity?.score, 0)}</b> <span className={side(deep.opportunity?.side)}>{deep.opportunity?.side}</span>
      <dl>
        {parts.map(([name, { value, weight }]) => (
          <div key={name}>
            <dt>
              {words(name)} <span className="quiet">× {fixed(weight, 2)}</span>
            </dt>
            <dd>
              <Bar value={value * 100} />
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Levels({ deep: { sl_tp: levels } }: { deep: Deep }) {
  return (
    <Section title="Levels" part={levels}>
      <dl>
        <Row name="target" value={price(levels?.takeProfit)} why={levels?.target_reason} />
        <Row name="entry" value={price(levels?.entry)} />
        <Row name="stop" value={price(levels?.stopLoss)} why={levels?.stop_reason} />
        <Row name="R/R" value={fixed(levels?.riskReward, 1)} />
      </dl>
    </Section>
  );
}

function Row({ name, value, why }: { name: string; value: string; why?: string }) {
  return (
    <div>
      <dt>
        {name} {why && <span className="quiet">{why}</span>}
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

function Regime({ deep: { market_regime: regime } }: { deep: Deep }) {
  return (
    <Section title="Regime" part={regime}>
      {regime?.regime} <span className="quiet">· {fixed((regime?.confidence ?? 0) * 100, 0)} % sure · volatility {regime?.volatility}</span>
    </Section>
  );
}

function Confluence({ deep: { confluence } }: { deep: Deep }) {
  return (
    <Section title="Confluence" part={confluence}>
      {confluence?.strength?.toLowerCase()} <span className={side(confluence?.side)}>{confluence?.side}</span>
      <dl className="across">
        {Object.entries(confluence?.timeframes ?? {}).map(([name, one]) => (
          <div key={name}>
            <dt className="quiet">{name}</dt>
            <dd className={side(one.vote)} title={one.reason}>
              {one.vote ?? "–"}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
