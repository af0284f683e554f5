import { useQuery } from "@tanstack/react-query";
import { fixed, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { modelCard } from "./models";
import { problemOf } from "./problem";

/** How good a scanner's model is on signals that it had not seen. */
export function ModelCard({ scanner, pattern }: { scanner: string; pattern?: string }) {
  const { data, error } = useQuery(modelCard(scanner));
  const judged = data?.out_of_sample;
  return (
    <details className="model-card">
      <summary>
        model of {words(scanner)} {pattern && <span className="quiet">{words(pattern)}</span>}
      </summary>
      {error && <p className="quiet">{problemOf(error).detail}</p>}
      {data && (
        <>
          {judged ? (
            <dl>
              <Row name="judged on" value={`${fixed(judged.n, 0)} signals of ${fixed(judged.days, 0)} days it had not seen`} />
              <Row name="base rate" value={`${fixed(judged.base_rate * 100, 1)} %`} />
              <Row name="AUC" value={fixed(judged.auc, 3)} />
              <Row name="Brier score" value={`${fixed(judged.brier, 4)} (base rate ${fixed(judged.brier_of_base_rate, 4)})`} />
              <Row name="Brier skill" value={`${fixed(judged.brier_skill, 4)}, at least ${fixed(judged.brier_skill_lower, 4)}`} />
            </dl>
          ) : (
            <p className="quiet">{data.reason ?? "judged on nothing yet"}</p>
          )}
          <p className="quiet">
            trained on {data.timeframe} bars, {data.data_span.join(" to ")} <Labels labels={data.labels} />
          </p>
        </>
      )}
    </details>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
