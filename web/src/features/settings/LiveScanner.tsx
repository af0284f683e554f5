import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { LiveStatus } from "@/client";
import { Failure } from "@/service/Failure";
import { useLiveScanner } from "@/service/liveScanner";
import { liveStatus, scanners } from "@/service/questions";
import { useMayWrite } from "@/service/role";
import { Refusal, useSending } from "@/service/sending";
import { Skeleton } from "@/shared/Empty";
import { ChipsField, TextField, Tick } from "@/shared/fields";
import { fixed, moment, words } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { Telling, useTold } from "@/shared/Told";
import { askedOf, questionOf } from "./live";
import { ScannerParameters } from "./ScannerParameters";

/** What is scanned for the user as bars close, and with which parameters. */
export function LiveScanner() {
  const { data, error, refetch } = useQuery(liveStatus);
  const may = useMayWrite();
  if (!data) return error ? <Failure error={error} again={() => void refetch()} /> : <Skeleton />;
  return (
    <div className="sheet-of-part wide">
      {error && <Failure error={error} />}
      <How status={data} />
      {may && <Asked key={JSON.stringify(data.asked ?? null)} status={data} />}
      <ScannerParameters status={data} />
    </div>
  );
}

const WORDS: Record<LiveStatus["state"], string> = {
  running: "running",
  starting: "starting",
  stopped: "stopped",
  no_provider: "no provider",
  failed: "failed",
};

function How({ status }: { status: LiveStatus }) {
  const isWell = status.state === "running";
  const at = (time: string | null | undefined) => (time ? moment(time) : "–");
  const figures: [string, string][] = [
    ["since", at(status.started_at)],
    ["scanned up to", at(status.scanned_through)],
    ["next look", at(status.next_scan)],
    ["symbols", fixed(status.symbols, 0)],
    ["parameters", status.parameter_set === "usual" ? "the service's" : (status.parameter_set ?? "–")],
  ];
  return (
    <section aria-label="How it fares">
      <div className="actions">
        <i className={`dot ${isWell ? "on" : status.state === "stopped" ? "" : "warn"}`} />
        <b>{WORDS[status.state]}</b>
        <Labels labels={status.labels ?? []} />
        {status.provider && <span className="quiet">bars of {status.provider}</span>}
      </div>
      {[status.reason, status.trouble, status.waits].filter(Boolean).map((said) => (
        <p key={said} className="quiet">
          {said}
        </p>
      ))}
      {status.state !== "stopped" && (
        <dl className="figures">
          {figures.map(([name, value]) => (
            <div key={name}>
              <dt className="quiet">{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

function Asked({ status }: { status: LiveStatus }) {
  const { startWith, stop } = useLiveScanner();
  const { data: known } = useQuery(scanners);
  const { told, tell, forget } = useTold();
  const asked = askedOf(status.asked);
  const isOn = status.state !== "stopped";
  const { problem, isSending, wrong, submit } = useSending((form) => startWith.mutateAsync(questionOf(form, asked.config)));
  return (
    <section aria-label="What it looks at">
      <Telling told={told} forget={forget} />
      <form className="plain-form narrow" onSubmit={submit} noValidate>
        <TextField label="Symbols" name="symbols" placeholder="all" about="With spaces between." defaultValue={asked.symbols?.join(" ") ?? ""} wrong={wrong("symbols")} />
        <Tick label="Those on my watchlist, whatever they are at the time" name="watchlist" defaultChecked={asked.watchlist} />
        <ChipsField
          key={known?.length}
          label="Scanners"
          name="scanners"
          about="None chosen: those that the service switches on in each phase of the day."
          of={(known ?? []).map(({ name }) => [name, words(name)] as const)}
          chosen={asked.scanners}
          wrong={wrong("scanners")}
        />
        <Refusal problem={problem} fields={["symbols", "scanners"]} />
        <div className="actions">
          <Button type="submit" size="compact-sm" loading={isSending}>
            {isOn ? "Start with these" : "Start"}
          </Button>
          {isOn && (
            <Button
              type="button"
              size="compact-sm"
              variant="default"
              loading={stop.isPending}
              onClick={() => {
                stop.mutate(undefined, {
                  onSuccess: () => tell("It is stopped; its signals go on.", () => startWith.mutate(asked)),
                });
              }}
            >
              Stop
            </Button>
          )}
        </div>
        {stop.error && <Failure error={stop.error} />}
      </form>
    </section>
  );
}
