import { useState, type SubmitEvent } from "react";
import { words } from "@/shared/format";
import { problemOf, type Problem } from "./problem";

/** What every form does: send what is written, show what the service refuses at its field, keep what was written. */
export function useSending<Answer>(send: (form: FormData) => Promise<Answer>, done?: (answer: Answer) => void) {
  const [problem, say] = useState<Problem | null>(null);
  const [isSending, sending] = useState(false);
  const [isSent, sent] = useState(false);
  async function submit(event: SubmitEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    sending(true);
    sent(false);
    say(null);
    try {
      const answer = await send(new FormData(event.currentTarget));
      sent(true);
      done?.(answer);
    } catch (error) {
      say(problemOf(error));
    } finally {
      sending(false);
    }
  }
  return {
    problem,
    isSending,
    isSent,
    /** What is wrong with a field, by its name or by its path. */
    wrong: (name: string) => problem?.fields[name],
    submit: (event: SubmitEvent<HTMLFormElement>) => void submit(event),
    changed: () => sent(false),
  };
}

/** What was refused and belongs to none of the fields that are shown. */
export function Refusal({ problem, fields = [] }: { problem: Problem | null; fields?: readonly string[] }) {
  const said = problem && unsaid(problem, fields);
  return said ? (
    <p className="refusal" role="alert">
      {said}
    </p>
  ) : null;
}

function unsaid({ title, detail, hint, fields: wrong }: Problem, fields: readonly string[]): string {
  const there = new Set(fields.flatMap((name) => wrong[name] ?? []));
  if (there.size === 0) return [detail || title, hint].filter(Boolean).join(": ");
  const others = Object.entries(wrong).filter(([, said]) => !there.has(said));
  return others.map(([name, said]) => `${words(name)}: ${said}`).join("; ");
}
