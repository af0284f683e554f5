import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { notificationsAddRule, notificationsDeleteRule, notificationsListRules } from "@/client";
import { isAbout } from "@/service/alerts";
import { keys } from "@/service/keys";
import { problemOf } from "@/service/problem";
import type { Tell } from "./Told";

/** Tell me of this symbol's signals from now on; by a rule of its own, which undo takes away again. */
export function useAlert(tell: Tell): (symbol: string) => void {
  const queries = useQueryClient();
  return useCallback(
    (symbol) => {
      const failed = (error: unknown) => tell(problemOf(error).detail);
      const changed = () => void queries.invalidateQueries({ queryKey: keys.rules });
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
