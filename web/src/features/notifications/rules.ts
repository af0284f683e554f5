import type { Conditions, NotificationRule, RuleChange } from "@/client";
import { symbolsIn } from "@/service/question";
import { words } from "@/shared/format";

export const STATUSES = ["active", "triggered", "expired", "cancelled", "closed"] as const;
/** Fields that have their own place in the form for what is wrong with them. */
export const FIELDS = ["name", "scanners", "symbols", "min_confidence", "direction", "phases", "statuses", "channels", "cooldown_minutes"] as const;

export const EMPTY: RuleChange = { name: "", conditions: { statuses: ["active"] }, channels: [], cooldown_minutes: 0, is_active: true };

/** What a rule that is begun for a symbol or a scanner says. */
export function draft({ symbol, scanner }: { symbol?: string; scanner?: string }): RuleChange {
  const name = [symbol, scanner && words(scanner)].filter(Boolean).join(" ");
  const conditions = { ...EMPTY.conditions, ...(symbol && { symbols: [symbol] }), ...(scanner && { scanners: [scanner] }) };
  return { ...EMPTY, name, conditions };
}

/** What is written in the form. Numbers go as they were written: the service says what is wrong with them. */
export function ruleOf(form: FormData): RuleChange {
  const text = (name: string) => {
    const said = form.get(name);
    return typeof said === "string" ? said.trim() : "";
  };
  const several = (name: string) => form.getAll(name).filter((one) => typeof one === "string");
  const conditions = {
    scanners: several("scanners"),
    symbols: symbolsIn(text("symbols")),
    watchlist: form.has("watchlist"),
    min_confidence: text("min_confidence") || null,
    direction: text("direction") || null,
    phases: several("phases"),
    statuses: several("statuses"),
  };
  return {
    name: text("name"),
    conditions: conditions as unknown as Conditions,
    channels: several("channels"),
    cooldown_minutes: (text("cooldown_minutes") || 0) as number,
    is_active: form.has("is_active"),
  };
}

/** A rule as it was given, without what the service adds. */
export function changeOf({ name, conditions, channels, cooldown_minutes, is_active }: NotificationRule): RuleChange {
  return { name, conditions, channels, cooldown_minutes, is_active };
}

/** What a rule asks, in words. */
export function asks({ conditions = {} }: RuleChange): string {
  const { scanners = [], symbols = [], phases = [], statuses = ["active"], min_confidence, direction } = conditions;
  const some = (names: readonly string[]) => (names.length > 6 ? `${names.slice(0, 6).join(", ")} and ${names.length - 6} more` : names.join(", "));
  const said = [
    scanners.length > 0 ? some(scanners.map(words)) : "any scanner",
    symbols.length > 0 ? some(symbols) : "",
    conditions.watchlist ? "on your watchlist" : "",
    min_confidence === null || min_confidence === undefined ? "" : `confidence ≥ ${min_confidence}`,
    direction ?? "",
    some(phases.map(words)),
    statuses.length === 1 && statuses[0] === "active" ? "" : statuses.length === 0 ? "whatever becomes of it" : `becomes ${some(statuses)}`,
  ];
  return said.filter(Boolean).join(" · ");
}
