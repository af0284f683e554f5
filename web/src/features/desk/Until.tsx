import { useServiceNow } from "@/service/clock";
import { useLine } from "@/service/live";
import { span } from "@/shared/format";

/** "in 36 s"; nothing while the line is down: what is to come is not known then. */
export function Until({ at, before = "" }: { at: string; before?: string }) {
  const now = useServiceNow();
  const { lostAt } = useLine();
  return lostAt === null ? <span className="quiet">{before}in {span((Date.parse(at) - now) / 1000)}</span> : null;
}
