import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { RuleChange } from "@/client";
import { PHASES } from "@/service/phases";
import { scanners } from "@/service/questions";
import { Refusal, useSending } from "@/service/sending";
import { wants } from "@/service/wants";
import { ChipsField, TextField, Tick } from "@/shared/fields";
import { words } from "@/shared/format";
import { titleOf } from "./channels";
import { kinds } from "./useKinds";
import { FIELDS, ruleOf, STATUSES } from "./rules";
import { useRules } from "./useRules";

const named = (names: readonly string[]) => names.map((name) => [name, words(name)] as const);
const BECOMES: Record<(typeof STATUSES)[number], string> = {
  active: "found",
  triggered: "triggered",
  expired: "expired",
  cancelled: "cancelled",
  closed: "closed",
};

/** A rule to be written. What is left empty asks nothing. */
export function RuleForm({ id, rule, close }: { id?: string; rule: RuleChange; close: () => void }) {
  const { save } = useRules();
  const { data: known } = useQuery(scanners);
  const { data: ways } = useQuery(kinds);
  const { data: wanted } = useQuery(wants);
  const { problem, isSending, wrong, submit } = useSending((form) => save(ruleOf(form), id), close);
  const { conditions = {} } = rule;
  const { scanners: chosen = [], symbols = [], phases = [], statuses = ["active"] } = conditions;
  const isSetUp = (kind: string) => wanted?.channels.some((one) => one.kind === kind);
  const outside = (ways ?? []).map(({ kind }) => kind).filter((kind) => kind !== "in_app");
  return (
    <aside className="panel rule-form" aria-label={id ? "Change the rule" : "New rule"}>
      <button type="button" className="plain close" aria-label="Close" onClick={close}>
        ✕
      </button>
      <h2>{id ? "Rule" : "New rule"}</h2>
      <form onSubmit={submit} noValidate>
        <TextField label="Name" name="name" maxLength={100} defaultValue={rule.name} autoFocus={!id} wrong={wrong("name")} />
        <ChipsField
          key={`${known?.length}`}
          label="Found by"
          name="scanners"
          about="None chosen: any scanner."
          of={named([...new Set([...(known ?? []).map(({ name }) => name), ...chosen])])}
          chosen={chosen}
          wrong={wrong("scanners")}
        />
        <TextField label="Symbols" name="symbols" placeholder="any" about="With spaces between." defaultValue={symbols.join(" ")} wrong={wrong("symbols")} />
        <Tick label="Only those on my watchlist" name="watchlist" defaultChecked={conditions.watchlist} />
        <div className="twin">
          <TextField
            label="Confidence from"
            name="min_confidence"
            inputMode="decimal"
            placeholder="any"
            about="0 to 100"
            defaultValue={conditions.min_confidence ?? ""}
            wrong={wrong("min_confidence")}
          />
          <ChipsField
            label="Side"
            name="direction"
            type="radio"
            of={[["", "any"], ["BUY", "BUY"], ["SELL", "SELL"]]}
            chosen={[conditions.direction ?? ""]}
            wrong={wrong("direction")}
          />
        </div>
        <ChipsField label="Phase of the trading day" name="phases" about="None chosen: any." of={named(PHASES)} chosen={phases} wrong={wrong("phases")} />
        <ChipsField
          label="When the signal is"
          name="statuses"
          about="None chosen: at every change."
          of={STATUSES.map((status) => [status, BECOMES[status]] as const)}
          chosen={statuses}
          wrong={wrong("statuses")}
        />
        <ChipsField
          key={`to ${outside.length} ${wanted?.channels.length}`}
          label="To the inbox, and to"
          name="channels"
          about="A channel that is not set up yet gets nothing until it is."
          of={outside.map((kind) => [kind, isSetUp(kind) ? titleOf(kind) : <span className="quiet">{titleOf(kind)} · not set up</span>] as const)}
          chosen={rule.channels ?? []}
          wrong={wrong("channels")}
        />
        <TextField
          label="Then silent about that symbol for"
          name="cooldown_minutes"
          inputMode="numeric"
          about="minutes; 0: never silent"
          defaultValue={rule.cooldown_minutes ?? 0}
          wrong={wrong("cooldown_minutes")}
        />
        <Tick label="On" name="is_active" defaultChecked={rule.is_active ?? true} />
        <Refusal problem={problem} fields={FIELDS} />
        <div className="actions">
          <Button type="submit" size="compact-sm" loading={isSending}>
            {id ? "Save" : "Add the rule"}
          </Button>
          <Button type="button" size="compact-sm" variant="default" onClick={close}>
            Cancel
          </Button>
        </div>
      </form>
    </aside>
  );
}
