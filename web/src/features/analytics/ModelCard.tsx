import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { modelsTrain } from "@/client";
import { Failure } from "@/service/Failure";
import { isOver, job } from "@/service/jobs";
import { keys } from "@/service/keys";
import { modelCard, type Card, type Figures } from "@/service/models";
import { problemOf } from "@/service/problem";
import { scanners } from "@/service/questions";
import { Empty, Skeleton } from "@/shared/Empty";
import { day, fixed, signed, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { reliable } from "./card";
import { Reliability } from "./Reliability";

const MOST_FEATURES = 6;
const date = (text: string | null | undefined): string => (text ? day(`${text}T17:00:00Z`) : "–");
const percent = (share: number | null): string => (share === null ? "–" : `${fixed(100 * share, 1)} %`);

/** What a scanner's model was trained on and how good it is on what it had not seen, or why it says nothing. */
export function ModelCard({ scanner, choose }: { scanner?: string; choose?: (scanner: string | undefined) => void }) {
  const { data: known } = useQuery(scanners);
  return (
    <section className="board wide" aria-label="Model">
      <header>
        <h2>Model card</h2>
        {choose ? (
          <label className="field">
            <span>of</span>
            <select value={scanner ?? ""} onChange={(event) => choose(event.target.value || undefined)}>
              <option value="">a scanner …</option>
              {known?.map(({ name }) => (
                <option key={name} value={name}>
                  {words(name)}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <p className="quiet">of {words(scanner ?? "")}, on daily bars</p>
        )}
      </header>
      {scanner ? <Of key={scanner} scanner={scanner} /> : <Empty title="A model learns from a scanner’s past signals which of them reach their target">Choose a scanner to see what its model was trained on, and whether it is any good.</Empty>}
    </section>
  );
}

function Of({ scanner }: { scanner: string }) {
  const { data, error, refetch } = useQuery(modelCard(scanner));
  if (data) return <Shown card={data} />;
  if (!error) return <Skeleton rows={5} />;
  return problemOf(error).status === 404 ? <Untrained scanner={scanner} /> : <Failure error={error} again={() => void refetch()} />;
}

function Untrained({ scanner }: { scanner: string }) {
  const queries = useQueryClient();
  const [id, follow] = useState<string | null>(null);
  const train = useMutation({
    mutationFn: async () => (await modelsTrain({ body: { scanner_type: scanner }, throwOnError: true })).data,
    onSuccess: ({ job_id }) => follow(job_id),
  });
  const { data: running, error } = useQuery(job(id));
  const isDone = running?.status === "completed";
  useEffect(() => {
    if (isDone) void queries.invalidateQueries({ queryKey: keys.modelCard(scanner) });
  }, [isDone, queries, scanner]);
  const isBusy = train.isPending || (running !== undefined && !isOver(running));
  return (
    <>
      <Empty
        title={`No model of ${words(scanner)} has been trained`}
        action={
          <Button size="xs" variant="default" loading={isBusy} onClick={() => train.mutate()}>
            Train it
          </Button>
        }
      >
        Its card will say what it learned from, how well it does on signals it has not seen, and why it abstains where it is no better than the base rate.
      </Empty>
      <p className="note" role="status">
        {isBusy && running && `${running.message || running.status} · ${fixed(running.progress_percent, 0)} %`}
        {running?.status === "failed" && `It failed: ${running.error ?? "no reason was said"}`}
      </p>
      {(train.error ?? error) && <Failure error={train.error ?? error} />}
    </>
  );
}

function Shown({ card: { abstains, reason, signals, out_of_sample: figures, data_span, data_version, labels, timeframe, hours } }: { card: Card }) {
  return (
    <div className="model">
      <div>
        <p>
          {abstains ? <b className="label">abstains</b> : <b>speaks</b>} {reason}
        </p>
        <dl>
          <Said name="data" value={`${date(data_span[0])} – ${date(data_span[1])}, ${timeframe} ${hours}`} />
          <Said name="data version" value={data_version} />
          <Said name="signals" value={`n ${fixed(signals.n, 0)}${signals.first ? `, ${date(signals.first)} – ${date(signals.last)}` : ""}`} />
          <Said name="base rate" value={percent(signals.base_rate)} />
          {figures && <Unseen figures={figures} />}
        </dl>
        <Labels labels={labels} />
      </div>
      {figures ? (
        <Reliability points={reliable(figures)} stated="probability" baseline={100 * figures.base_rate} />
      ) : (
        <p className="quiet">It has not been judged on signals it had not seen: there were too few.</p>
      )}
    </div>
  );
}

function Unseen({ figures }: { figures: Figures }) {
  const best = Object.entries(figures.importance).slice(0, MOST_FEATURES);
  return (
    <>
      <Said name="judged on, unseen" value={`n ${fixed(figures.n, 0)} of ${fixed(figures.days, 0)} days, base rate ${percent(figures.base_rate)}`} />
      <Said name="AUC" value={figures.auc === null ? "–" : fixed(figures.auc, 3)} />
      <Said name="Brier" value={`${fixed(figures.brier, 4)}, of the base rate ${fixed(figures.brier_of_base_rate, 4)}`} />
      <Said name="skill" value={`${signed(100 * figures.brier_skill, 1)} %, at least ${signed(100 * figures.brier_skill_lower, 1)} %`} />
      {best.length > 0 && <Said name="looks at" value={best.map(([name]) => words(name)).join(", ")} />}
    </>
  );
}

function Said({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="quiet">{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
