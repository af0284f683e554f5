import { useState, type SubmitEvent } from "react";
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
  if (!problem || fields.some((name) => name in problem.fields)) return null;
  return (
    <p className="refusal" role="alert">
      {problem.detail || problem.title}
      {problem.hint && `: ${problem.hint}`}
    </p>
  );
}
