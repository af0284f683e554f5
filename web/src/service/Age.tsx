import { span } from "@/shared/format";
import { useSecond } from "./clock";
import { useLine } from "./live";
import { problemOf } from "./problem";

export interface Kept {
  data: unknown;
  dataUpdatedAt: number;
  error: unknown;
  failureReason: unknown;
}

/**
 * How old what a panel shows is, in amber, where it is not as new as it should be.
 *
 * `isFed`: news of it come by the line, so that it was as it is until that broke.
 */
export function Age({ of, isFed = false }: { of: Kept; isFed?: boolean }) {
  const { lostAt } = useLine();
  const trouble = of.error ?? of.failureReason;
  if (of.data === undefined || (lostAt === null && !trouble)) return null;
  const since = isFed && lostAt !== null ? Math.max(of.dataUpdatedAt, lostAt) : of.dataUpdatedAt;
  return <Old since={since} why={trouble ? problemOf(trouble).title : "The line to the service is down"} />;
}

function Old({ since, why }: { since: number; why: string }) {
  const now = useSecond();
  return (
    <span className="label" title={why}>
      {span((now - since) / 1000)} old
    </span>
  );
}
