import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { notificationsAddRule, notificationsDeleteRule, notificationsListRules, type NotificationRule } from "@/client";
import { problemOf } from "@/service/problem";
import type { Tell } from "./Told";

/** Whether a rule tells of every signal of one symbol. */
function isAbout({ conditions = {}, is_active }: NotificationRule, symbol: string): boolean {
  const { symbols = [], scanners = [], phases = [], min_confidence = null, direction = null } = conditions;
  const isNarrow = scanners.length > 0 || phases.length > 0 || min_confidence !== null || direction !== null;
  return is_active !== false && symbols.join() === symbol && !isNarrow;
}

/** Tell me of this symbol's signals from now on; by a rule of its own, which undo takes away again. */
export function useAlert(tell: Tell): (symbol: string) => void {
  const queries = useQueryClient();
  return useCallback(
    (symbol) => {
      const failed = (error: unknown) => tell(problemOf(error).detail);
      const changed = () => {
        for (const kept of ["rules", "notification-rules"]) void queries.invalidateQueries({ queryKey: [kept] });
      };
      const remove = async (id: string) => {
        await notificationsDeleteRule({ path: { rule_id: id }, throwOnError: true });
        changed();
        tell(`You are not told of signals of ${symbol} any more`);
      };
      const add = async () => {
        const { data: known } = await notificationsListRules({ query: { limit: 1000 }, throwOnError: true });
        if (known.items.some((rule) => isAbout(rule, symbol))) {
          tell(`You are told of signals of ${symbol} already`);
          return;
        }
        const { data } = await notificationsAddRule({ body: { name: `signals of ${symbol}`, conditions: { symbols: [symbol] } }, throwOnError: true });
        changed();
        tell(`You will be told of signals of ${symbol}`, () => void remove(data.id).catch(failed));
      };
      add().catch(failed);
    },
    [queries, tell],
  );
}
