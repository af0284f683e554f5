import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { LiveStatus } from "@/client";
import { inEffect, useLiveScanner } from "@/service/liveScanner";
import { scanners } from "@/service/questions";
import { useMayWrite } from "@/service/role";
import { Refusal, useSending } from "@/service/sending";
import { ChoiceField } from "@/shared/fields";
import { words } from "@/shared/format";
import { askedOf, parameterField, parametersOf, shown, withParameters, type Config, type Parameter } from "./live";

/** One's own defaults of the live scanner: what differs from the service's. */
export function ScannerParameters({ status }: { status: LiveStatus }) {
  const { data: known } = useQuery(scanners);
  const { scanner } = useSearch({ from: "/frame/settings" });
  const go = useNavigate();
  const chosen = known?.find(({ name }) => name === scanner) ?? known?.[0];
  if (!known || !chosen) return null;
  const { config } = askedOf(status.asked);
  return (
    <section aria-label="Parameters">
      <h2>Parameters of the live scanner</h2>
      <div className="narrow">
        <ChoiceField
          label="Scanner"
          value={chosen.name}
          of={known.map(({ name }) => [name, `${words(name)}${name in config ? " · changed" : ""}`] as const)}
          onChange={(event) => void go({ to: "/settings", search: { part: "scanner", scanner: event.target.value }, replace: true })}
        />
      </div>
      <Form key={`${chosen.name} ${JSON.stringify(config[chosen.name])}`} scanner={chosen.name} known={parametersOf(chosen.parameters)} config={config} isOn={status.state !== "stopped"} />
    </section>
  );
}

interface Props {
  scanner: string;
  known: readonly Parameter[];
  config: Config;
  isOn: boolean;
}

function Form({ scanner, known, config, isOn }: Props) {
  const { change } = useLiveScanner();
  const { data: effective } = useQuery(inEffect);
  const may = useMayWrite();
  const { problem, isSending, isSent, submit, changed } = useSending((form) => change.mutateAsync(withParameters(config, scanner, known, form)));
  const field = parameterField(problem?.detail ?? "");
  const isShown = known.some(({ name }) => name === field);
  return (
    <form className="plain-form" onSubmit={submit} onChange={changed} noValidate>
      <div className="scrolled" tabIndex={0} role="region" aria-label={`Parameters of ${words(scanner)}`}>
        <table className="plain-table parameters-table">
          <thead>
            <tr>
              <th scope="col">parameter</th>
              <th scope="col">mine</th>
              <th scope="col" className="number">
                default
              </th>
              <th scope="col" className="number">
                in effect
              </th>
              <th scope="col">what it is</th>
            </tr>
          </thead>
          <tbody>
            {known.map(({ name, about, fallback }) => {
              const now = shown(effective?.config[scanner]?.[name]);
              return (
                <tr key={name}>
                  <th scope="row">{words(name)}</th>
                  <td>
                    <input
                      className="boxed"
                      type="text"
                      name={name}
                      aria-label={words(name)}
                      aria-invalid={field === name ? true : undefined}
                      aria-describedby={field === name ? "parameter-wrong" : undefined}
                      defaultValue={shown(config[scanner]?.[name])}
                      placeholder={fallback}
                      disabled={!may}
                      spellCheck={false}
                    />
                    {field === name && (
                      <p id="parameter-wrong" className="refusal" role="alert">
                        {problem?.detail}
                        {problem?.hint && `: ${problem.hint}`}
                      </p>
                    )}
                  </td>
                  <td className="number quiet">{fallback || "–"}</td>
                  <td className={`number ${now && now !== fallback ? "" : "quiet"}`}>{now || "–"}</td>
                  <td className="quiet">{about}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {!isShown && <Refusal problem={problem} />}
      {may && (
        <div className="actions">
          <Button type="submit" size="compact-sm" loading={isSending} disabled={!isOn}>
            Save
          </Button>
          <span className="done" role="status">
            {isSent ? `Saved. ${change.data?.shared ? "They are the service's own." : "These are yours alone."}` : isOn ? "" : "Parameters are changed while it runs: start it first."}
          </span>
        </div>
      )}
    </form>
  );
}
