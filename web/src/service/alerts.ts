import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { notificationsAddRule, notificationsDeleteRule, notificationsListRules, type NotificationRule } from "@/client";
import { keys } from "./keys";

/** Whether a rule tells of every signal of one symbol. */
export function isAbout({ conditions = {}, is_active }: NotificationRule, symbol: string): boolean {
  const { symbols = [], scanners = [], phases = [], min_confidence = null, direction = null, watchlist } = conditions;
  const isNarrow = scanners.length > 0 || phases.length > 0 || min_confidence !== null || direction !== null || watchlist;
  return is_active !== false && symbols.join() === symbol && !isNarrow;
}

/** Whether each signal of a symbol is told of, and how to change that. The rule stands in Notifications like any other. */
export function useAlert(symbol: string) {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: keys.rules,
    queryFn: async () => (await notificationsListRules({ query: { limit: 1000 }, throwOnError: true })).data.items,
  });
  const settled = () => queries.invalidateQueries({ queryKey: keys.rules });
  const add = useMutation({
    mutationFn: () =>
      notificationsAddRule({
        body: { name: `Signals of ${symbol}`, conditions: { symbols: [symbol] }, channels: ["in_app"] },
        throwOnError: true,
      }),
    onSettled: settled,
  });
  const remove = useMutation({
    mutationFn: (id: string) => notificationsDeleteRule({ path: { rule_id: id }, throwOnError: true }),
    onSettled: settled,
  });
  const rule = data?.find((one) => isAbout(one, symbol));
  return { rule, add, remove, error: add.error ?? remove.error };
}
