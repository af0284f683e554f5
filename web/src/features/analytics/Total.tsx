import type { ReactNode } from "react";
import type { Performance } from "@/client";
import { fixed, short, sign, signed } from "@/shared/format";
import { Labels } from "@/shared/marks";
import { FEW } from "./intervals";
import { between } from "./Whisker";

/** All signals together, with what must be known of the numbers. */
export function Total({ made: { total, notes, source } }: { made: Performance }) {
  return (
    <section className="total" aria-label="All together">
      <dl className="across">
        <Figure name="signals" value={fixed(total.signals, 0)} about={`${total.open} go on · ${total.expired} expired · ${total.cancelled} cancelled`} />
        <Figure name="traded to an end" value={`n ${fixed(total.n, 0)}`} about={`${total.successes} target · ${total.failures} stop · ${total.timed_out} timed out`} />
        <Figure
          name="reached target 1 first"
          value={total.n > 0 ? `${fixed(total.win_rate, 0)} %` : "–"}
          isFew={total.n < FEW}
          about={total.n > 0 ? `95 % ${between(total.interval)}${total.clustered ? ` · by date ${between(total.clustered)}` : ""}` : "nothing has ended yet"}
        />
        <Figure name="mean R" value={<span className={sign(total.mean_r)}>{signed(total.mean_r)}</span>} isFew={total.n < FEW} about={`of ${fixed(total.dates, 0)} ${total.dates === 1 ? "day" : "days"}`} />
        <Figure name="sum of R" value={<span className={sign(total.total_r)}>{signed(total.total_r, 1)}</span>} isFew={total.n < FEW} about={total.hypothetical_pnl === null ? "" : `hypothetical P&L ${total.hypothetical_pnl > 0 ? "+" : ""}${short(total.hypothetical_pnl)}`} />
        <Figure name="confidence" value={fixed(total.stated ?? total.avg_confidence, 0)} about={total.stated === null ? "mean of all" : "mean of those that ended"} />
      </dl>
      <p className="quiet">
        {source === "simulated" && <Labels labels={["simulated"]} />}
        {notes.join(". ")}.{total.n > 0 && total.n < FEW && ` With ${total.n} ended signals none of this is more than a beginning.`}
      </p>
    </section>
  );
}

function Figure({ name, value, about, isFew = false }: { name: string; value: ReactNode; about: string; isFew?: boolean }) {
  return (
    <div className={isFew ? "is-few" : ""}>
      <dt className="quiet">{name}</dt>
      <dd className="large">{value}</dd>
      <dd className="quiet">{about}</dd>
    </div>
  );
}
