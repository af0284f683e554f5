/** How fast a scan goes, and how long it still takes, from what was seen of it. */
export interface Sample {
  /** ms */
  at: number;
  done: number;
}

interface Pace {
  perSecond: number | null;
  /** Seconds. */
  left: number | null;
}

const MOST = 12;

/** Samples with one more: only those that are further than the one before; one that is less far begins anew. */
export function sampled(before: readonly Sample[], now: Sample): readonly Sample[] {
  const last = before.at(-1);
  if (last && now.done === last.done) return before;
  if (!last || now.done < last.done) return [now];
  return [...before, now].slice(-MOST);
}

/**
 * The pace between the first and the last step seen, else that of the whole time it has run.
 *
 * The first sample is of whenever somebody began to look, not of a step: it counts only until there are two others.
 */
export function pace(samples: readonly Sample[], total: number, seconds: number | null, now: number): Pace {
  const steps = samples.length > 2 ? samples.slice(1) : samples;
  const [first, last] = [steps[0], steps.at(-1)];
  if (!first || !last || last.done <= 0) return { perSecond: null, left: null };
  const isSeen = last.at > first.at;
  const perSecond = isSeen ? (last.done - first.done) / ((last.at - first.at) / 1000) : seconds ? last.done / seconds : 0;
  if (perSecond <= 0) return { perSecond: null, left: null };
  const left = (total - last.done) / perSecond - (now - last.at) / 1000;
  return { perSecond, left: Math.max(0, left) };
}
