import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { addAlert, isAbout, removeAlert, rules } from "@/service/alerts";
import { problemOf } from "@/service/problem";
import type { Tell } from "@/shared/Told";

/** Tell me of this symbol's signals from now on; by a rule of its own, which undo takes away again. */
export function useAlert(tell: Tell): (symbol: string) => void {
  const queries = useQueryClient();
  return useCallback(
    (symbol) => {
      const failed = (error: unknown) => tell(problemOf(error).detail);
      const remove = async (id: string) => {
        await removeAlert(queries, id);
        tell(`You are not told of signals of ${symbol} any more`);
      };
      const add = async () => {
        const known = await queries.query({ ...rules, staleTime: 0 });
        if (known.some((rule) => isAbout(rule, symbol))) {
          tell(`You are told of signals of ${symbol} already`);
          return;
        }
        const { id } = await addAlert(queries, symbol);
        tell(`You will be told of signals of ${symbol}`, () => void remove(id).catch(failed));
      };
      add().catch(failed);
    },
    [queries, tell],
  );
}
