import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { authChangeMe, authMe, type ShownUser } from "@/client";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import { me } from "@/service/questions";
import { Refusal, useSending } from "@/service/sending";
import { Skeleton } from "@/shared/Empty";
import { TextField } from "@/shared/fields";
import { riskField, riskOf } from "./profile";

/** What signals are sized for. */
export function AccountAndRisk() {
  const { data, error, refetch } = useQuery(me);
  if (data) return <RiskForm user={data} />;
  return error ? <Failure error={error} again={() => void refetch()} /> : <Skeleton rows={3} />;
}

function RiskForm({ user }: { user: ShownUser }) {
  const queries = useQueryClient();
  const { problem, isSending, isSent, submit, changed } = useSending(async (form) => {
    const { data: now } = await authMe({ throwOnError: true }); // all preferences are set at once
    const preferences = { ...now.preferences, risk: riskOf(form) };
    const { data } = await authChangeMe({ body: { preferences }, throwOnError: true });
    queries.setQueryData(keys.me, data);
    void queries.invalidateQueries({ queryKey: keys.allSignals });
  });
  const risk = (user.preferences.risk ?? {}) as Record<string, unknown>;
  const known = (name: string) => (typeof risk[name] === "number" ? risk[name] : undefined);
  const share = known("per_trade");
  const field = riskField(problem?.detail ?? "");
  const wrong = (name: string) => (field === name ? [problem?.detail, problem?.hint].filter(Boolean).join(": ") : undefined);
  return (
    <form className="sheet-of-part" onSubmit={submit} onChange={changed} noValidate>
      <p className="quiet">
        Every signal is sized so that its stop costs no more than the risk of a trade, by the phase of the day. Left empty, the
        settings of the service hold.
      </p>
      <TextField
        label="Account size"
        name="account_size"
        inputMode="decimal"
        placeholder="the service's"
        about="In the currency of the instrument."
        defaultValue={known("account_size") ?? ""}
        wrong={wrong("account_size")}
      />
      <TextField
        label="Risk per trade, in % of the account"
        name="per_trade"
        inputMode="decimal"
        placeholder="the service's"
        defaultValue={share === undefined ? "" : Number((share * 100).toPrecision(12))}
        wrong={wrong("per_trade")}
      />
      {!field && <Refusal problem={problem} />}
      <div className="actions">
        <Button type="submit" size="compact-sm" loading={isSending}>
          Save
        </Button>
        <span className="done" role="status">
          {isSent && "Saved. It holds for scans and signals from now on."}
        </span>
      </div>
    </form>
  );
}
