import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { notificationsAddRule, notificationsDeleteRule } from "@/client";
import { problemOf } from "@/service/problem";
import type { Tell } from "./Told";

/** Tell me of this symbol's signals from now on; by a rule of its own, which undo takes away again. */
export function useAlert(tell: Tell): (symbol: string) => void {
  const queries = useQueryClient();
  return useCallback(
    (symbol) => {
      const failed = (error: unknown) => tell(problemOf(error).detail);
      const changed = () => void queries.invalidateQueries({ queryKey: ["notifications"] });
      const remove = async (id: string) => {
        await notificationsDeleteRule({ path: { rule_id: id }, throwOnError: true });
        changed();
      };
      const add = async () => {
        const { data } = await notificationsAddRule({ body: { name: `signals of ${symbol}`, conditions: { symbols: [symbol] } }, throwOnError: true });
        changed();
        tell(`You will be told of signals of ${symbol}`, () => void remove(data.id).catch(failed));
      };
      add().catch(failed);
    },
    [queries, tell],
  );
}
