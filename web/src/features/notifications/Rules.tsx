import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { NotificationRule } from "@/client";
import { rules } from "@/service/alerts";
import { Failure } from "@/service/Failure";
import { useMayWrite } from "@/service/role";
import { Empty, Skeleton } from "@/shared/Empty";
import { words } from "@/shared/format";
import { Telling, useTold } from "@/shared/Told";
import { RuleForm } from "./RuleForm";
import { asks, changeOf, draft } from "./rules";
import { useRules } from "./useRules";

/** Of which signals the user wants to be told. */
export function Rules() {
  const { rule: open, symbol, scanner } = useSearch({ from: "/frame/notifications" });
  const { data, error, refetch } = useQuery({ ...rules, refetchOnMount: "always" });
  const { add, change, remove } = useRules();
  const { told, tell, forget } = useTold();
  const may = useMayWrite();
  const go = useNavigate();
  const close = () => void go({ to: "/notifications", search: { part: "rules" } });
  const failed = add.error ?? change.error ?? remove.error;
  const known = data?.find(({ id }) => id === open);
  function drop(rule: NotificationRule): void {
    remove.mutate(rule.id);
    tell(`The rule “${rule.name}” is deleted.`, () => add.mutate(changeOf(rule)));
    if (open === rule.id) close();
  }
  return (
    <div className={`part-beside ${open && may ? "with-panel" : ""}`}>
      <section className="part" aria-label="Rules">
        <header>
          <h2>Rules</h2>
          {may && (
            <Button size="compact-sm" renderRoot={(shown) => <Link to="/notifications" search={{ part: "rules", rule: "new" }} {...shown} />}>
              New rule
            </Button>
          )}
        </header>
        {failed && <Failure error={failed} />}
        <Telling told={told} forget={forget} />
        {error && !data ? (
          <Failure error={error} again={() => void refetch()} />
        ) : !data ? (
          <Skeleton />
        ) : data.length === 0 ? (
          <Empty title="No rules yet" action={may && <Link to="/notifications" search={{ part: "rules", rule: "new" }}>Write the first one</Link>}>
            A rule says of which signals you want to be told: of these scanners, of these symbols, of your watchlist, from a
            confidence up, at these times of the day.
          </Empty>
        ) : (
          <ol className="rules">
            {data.map((rule) => (
              <li key={rule.id} className={`${rule.is_active ? "" : "is-off"} ${rule.id === open ? "selected" : ""}`}>
                <input
                  type="checkbox"
                  checked={rule.is_active ?? true}
                  disabled={!may}
                  aria-label={`The rule ${rule.name} is on`}
                  title={rule.is_active ? "on" : "off"}
                  onChange={() => change.mutate({ id: rule.id, rule: { ...changeOf(rule), is_active: !rule.is_active } })}
                />
                <Link to="/notifications" search={{ part: "rules", rule: rule.id }} className="ellipsis title" title={rule.name}>
                  {rule.name}
                </Link>
                <span className="ellipsis">{asks(rule)}</span>
                <span className="quiet ellipsis">{ways(rule)}</span>
                {may && (
                  <button type="button" className="plain" aria-label={`Delete the rule ${rule.name}`} onClick={() => drop(rule)}>
                    ✕
                  </button>
                )}
              </li>
            ))}
          </ol>
        )}
      </section>
      {open === "new" && may && <RuleForm key={`new ${symbol} ${scanner}`} rule={draft({ symbol, scanner })} close={close} />}
      {known && may && <RuleForm key={known.id} id={known.id} rule={known} close={close} />}
      {open && open !== "new" && data && !known && (
        <aside className="panel">
          <Empty title="There is no such rule" action={<Link to="/notifications" search={{ part: "rules" }}>To the rules</Link>}>
            It was deleted, or is another user's.
          </Empty>
        </aside>
      )}
    </div>
  );
}

function ways({ channels = [], cooldown_minutes = 0 }: NotificationRule): string {
  const to = channels.length > 0 ? `to ${channels.map(words).join(", ")}` : "to the inbox";
  return cooldown_minutes > 0 ? `${to} · then silent for ${cooldown_minutes} min a symbol` : to;
}
