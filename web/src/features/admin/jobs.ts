import type { ShownJob } from "@/client";
import { isOver } from "@/service/jobs";
import { span } from "@/shared/format";

/** How long it took, or has taken up to now; nothing where it was not begun. */
export function took({ started_at, finished_at }: ShownJob, now: number): number | undefined {
  if (!started_at) return undefined;
  return Math.max(0, ((finished_at ? Date.parse(finished_at) : now) - Date.parse(started_at)) / 1000);
}

export const tookWords = (job: ShownJob, now: number): string => {
  const seconds = took(job, now);
  return seconds === undefined ? "–" : span(seconds);
};

/** What is to be said of a job: why it failed, that it is being ended, or how far it is. */
export function saidOf(job: ShownJob): string {
  if (job.error && job.status !== "completed") return job.error;
  if (job.cancel_requested && !isOver(job)) return "it is being ended";
  return job.message;
}
