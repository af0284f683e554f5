import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ShownPreferences } from "@/client";
import { Failure } from "@/service/Failure";
import { useMayWrite } from "@/service/role";
import { Refusal, useSending } from "@/service/sending";
import { useWanting, wants } from "@/service/wants";
import { Skeleton } from "@/shared/Empty";
import { ChipsField, TextField, Tick } from "@/shared/fields";
import { TimeZoneField } from "@/shared/TimeZoneField";
import { DIGESTS, digestOf, FIELDS, wantsOf, type DigestKind } from "./when";

const WORDS: Record<DigestKind, string> = { once: "each at once", minutes: "every so many minutes", daily: "once a day" };

/** Quiet hours and digests, by the clock on the user's wall. */
export function When() {
  const { data, error, refetch } = useQuery(wants);
  return (
    <section className="part" aria-label="When">
      <header>
        <h2>When</h2>
      </header>
      {error && !data ? <Failure error={error} again={() => void refetch()} /> : !data ? <Skeleton /> : <WhenForm now={data} />}
    </section>
  );
}

function WhenForm({ now }: { now: ShownPreferences }) {
  const wanting = useWanting();
  const may = useMayWrite();
  const { problem, isSending, isSent, wrong, submit, changed } = useSending((form) => {
    const change = wantsOf(form);
    return wanting.mutateAsync(() => change);
  });
  const [isQuiet, quiet] = useState(Boolean(now.quiet_hours));
  const [digest, choose] = useState(digestOf(now));
  return (
    <form className="sheet-of-part" onSubmit={submit} onChange={changed} noValidate>
      <p className="quiet">Everything is in the inbox at once. This is about the messages to your channels.</p>
      <fieldset className="plain-set" disabled={!may}>
        <TimeZoneField defaultValue={now.time_zone} wrong={wrong("time_zone")} about="Quiet hours, digests and times in messages go by its clock." />
        <Tick
          label="Quiet hours"
          name="quiet"
          checked={isQuiet}
          onChange={(event) => quiet(event.target.checked)}
          about="No message meanwhile; what came up is sent at their end, in one."
          wrong={wrong("quiet_hours")}
        />
        {isQuiet && (
          <div className="twin">
            <TextField type="time" label="From" name="start" defaultValue={now.quiet_hours?.start ?? "22:00"} wrong={wrong("quiet_hours.start")} />
            <TextField type="time" label="To" name="end" defaultValue={now.quiet_hours?.end ?? "07:00"} wrong={wrong("quiet_hours.end")} />
          </div>
        )}
        <ChipsField
          label="Messages"
          name="digest"
          type="radio"
          of={DIGESTS.map((one) => [one, WORDS[one]] as const)}
          chosen={[digest]}
          onChoose={(value) => choose(value as DigestKind)}
          wrong={wrong("digest")}
        />
        {digest === "minutes" && (
          <TextField label="Minutes" name="every_minutes" inputMode="numeric" defaultValue={now.digest?.every_minutes ?? 15} wrong={wrong("every_minutes")} />
        )}
        {digest === "daily" && <TextField type="time" label="At" name="at" defaultValue={now.digest?.at ?? "16:30"} wrong={wrong("digest.at")} />}
        <Refusal problem={problem} fields={FIELDS} />
        {may && (
          <div className="actions">
            <Button type="submit" size="compact-sm" loading={isSending}>
              Save
            </Button>
            <span className="done" role="status">
              {isSent && "Saved."}
            </span>
          </div>
        )}
      </fieldset>
    </form>
  );
}
