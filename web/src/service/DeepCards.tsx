import "./deep.css";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { fastScannerQuickScan } from "@/client";
import { Skeleton } from "@/shared/Empty";
import { fixed, price, side, words } from "@/shared/format";
import { Bar, Ring } from "@/shared/marks";
import type { Deep, Part } from "./deep";
import { ModelCard } from "./ModelCard";
import { problemOf } from "./problem";
import { deep } from "./questions";

/** What is known of a symbol deeply, part by part; a part that has nothing to say gives its reason. */
export function DeepCards({ symbol }: { symbol: string }) {
  const { data, error } = useQuery({ ...deep(symbol), retry: false });
  if (error && !data) {
    const { status, detail } = problemOf(error);
    return status === 404 ? <NotYet symbol={symbol} /> : <p className="quiet">{detail}</p>;
  }
  if (!data) return <Skeleton rows={4} />;
  return (
    <div className="deep">
      <Score deep={data} />
      <Levels deep={data} />
      <Regime deep={data} />
      <Confluence deep={data} />
      <Model deep={data} />
    </div>
  );
}

/** Nobody has analysed it yet: here is the button that does. Its parts arrive by the line. */
function NotYet({ symbol }: { symbol: string }) {
  const analyse = useMutation({ mutationFn: () => fastScannerQuickScan({ body: { symbols: [symbol] }, throwOnError: true }) });
  const missing = analyse.data?.data.missing.find((one) => one.symbol === symbol);
  if (analyse.isPending || analyse.isSuccess) {
    return missing ? (
      <p className="quiet">{missing.reason}</p>
    ) : (
      <p className="quiet" role="status">
        <Ring /> being analysed
      </p>
    );
  }
  return (
    <section>
      <h2>Deep analysis</h2>
      <p className="quiet">Not analysed yet: score, levels, regime, confluence and what a model says would stand here.</p>
      {analyse.error && <p className="refusal">{problemOf(analyse.error).detail}</p>}
      <button type="button" className="plain accent" onClick={() => analyse.mutate()}>
        Analyse now
      </button>
    </section>
  );
}

function Section({ title, part, aside, children }: { title: string; part: Part | undefined | null; aside?: ReactNode; children: ReactNode }) {
  const isThere = part && part.available !== false;
  return (
    <section>
      <header className="ends">
        <h2>{title}</h2>
        {isThere && aside}
      </header>
      {isThere ? children : <p className="quiet">{part?.reason ?? "not analysed yet"}</p>}
    </section>
  );
}

function Score({ deep: { opportunity } }: { deep: Deep }) {
  const parts = Object.entries(opportunity?.parts ?? {});
  const seen = opportunity?.observed;
  return (
    <Section title="Score" part={opportunity} aside={<span className={side(opportunity?.side)}>{opportunity?.side}</span>}>
      <p>
        <b className="large">{fixed(opportunity?.score, 0)}</b> <span className="quiet">of 100{opportunity?.divergence && " · halved: price and RSI diverge"}</span>
      </p>
      {seen && seen.rate !== null && (
        <p className="quiet">
          Of {fixed(seen.n, 0)} signals scored about so, {fixed(seen.rate * 100, 0)} % reached their target
          {seen.interval && ` (95 %: ${fixed(seen.interval[0] * 100, 0)}–${fixed(seen.interval[1] * 100, 0)} %)`}.
        </p>
      )}
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
    <Section title="Levels of the deep analysis" part={levels} aside={<span className={side(levels?.side)}>{levels?.side}</span>}>
      <dl>
        <Row name="target" value={price(levels?.takeProfit)} why={levels?.target_reason} />
        <Row name="entry" value={price(levels?.entry)} />
        <Row name="stop" value={price(levels?.stopLoss)} why={levels?.stop_reason} />
        <Row name="reward / risk" value={fixed(levels?.takeProfit ? levels.riskReward : null, 1)} />
        <Row name="resistance" value={price(levels?.resistance)} />
        <Row name="support" value={price(levels?.support)} />
      </dl>
    </Section>
  );
}

function Row({ name, value, why }: { name: string; value: ReactNode; why?: string }) {
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
  const market = regime?.benchmark;
  return (
    <Section title="Regime" part={regime}>
      <dl>
        <Row name={regime?.regime ?? "–"} why={`volatility ${regime?.volatility ?? "unknown"}`} value={<Bar value={(regime?.confidence ?? 0) * 100} />} />
        {market?.available === false ? (
          <Row name="market" why={market.reason} value="–" />
        ) : (
          market && <Row name={`market ${market.regime ?? ""}`} why={market.of} value={<Bar value={(market.confidence ?? 0) * 100} />} />
        )}
      </dl>
    </Section>
  );
}

function Confluence({ deep: { confluence } }: { deep: Deep }) {
  const share = confluence?.share;
  return (
    <Section title="Confluence" part={confluence} aside={<span className={side(confluence?.side)}>{confluence?.side}</span>}>
      <p>
        {confluence?.strength?.toLowerCase()} <span className="quiet">· {share === undefined ? "–" : fixed(share * 100, 0)} % agree</span>
      </p>
      <table className="votes">
        <thead>
          <tr>
            <th scope="col">bars</th>
            <th scope="col">vote</th>
            <th scope="col" className="number">
              RSI
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(confluence?.timeframes ?? {}).map(([name, one]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {one.vote ? (
                <>
                  <td className={side(one.vote)}>{one.vote}</td>
                  <td className="number">{fixed(one.rsi, 0)}</td>
                </>
              ) : (
                <td colSpan={2} className="quiet">
                  {one.reason ?? "no vote"}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

function Model({ deep: { ml_prediction: said } }: { deep: Deep }) {
  return (
    <Section title="Model" part={said} aside={<span className={side(said?.side)}>{said?.side}</span>}>
      <p>
        <b className="large">{fixed((said?.probability ?? 0) * 100, 0)} %</b> <span className="quiet">{said?.meaning}</span>
      </p>
      {said?.scanner && <ModelCard scanner={said.scanner} pattern={said.pattern} />}
    </Section>
  );
}
