import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { notificationsAddRule, notificationsDeleteRule, notificationsListRules, type NotificationRule } from "@/client";
import { keys } from "./keys";

/** Of which signals the user is told: all of their rules, which are a hundred at most. */
export const rules = queryOptions({
  queryKey: keys.rules,
  queryFn: async () => (await notificationsListRules({ query: { limit: 1000 }, throwOnError: true })).data.items,
});

/** Whether a rule tells of every signal of one symbol. */
export function isAbout({ conditions = {}, is_active }: NotificationRule, symbol: string): boolean {
  const { symbols = [], scanners = [], phases = [], min_confidence = null, direction = null, watchlist } = conditions;
  const isNarrow = scanners.length > 0 || phases.length > 0 || min_confidence !== null || direction !== null || watchlist;
  return is_active !== false && symbols.join() === symbol && !isNarrow;
}

/** Tell of each signal of a symbol from now on, by a rule that stands in Notifications like any other. */
export function addAlert(queries: QueryClient, symbol: string): Promise<NotificationRule> {
  const body = { name: `Signals of ${symbol}`, conditions: { symbols: [symbol] }, channels: ["in_app"] };
  return thenAsked(queries, async () => (await notificationsAddRule({ body, throwOnError: true })).data);
}

export function removeAlert(queries: QueryClient, id: string): Promise<unknown> {
  return thenAsked(queries, () => notificationsDeleteRule({ path: { rule_id: id }, throwOnError: true }));
}

async function thenAsked<T>(queries: QueryClient, change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } finally {
    await queries.invalidateQueries({ queryKey: keys.rules });
  }
}

/** Whether each signal of a symbol is told of, and how to change that. */
export function useAlert(symbol: string) {
  const queries = useQueryClient();
  const { data } = useQuery(rules);
  const add = useMutation({ mutationFn: () => addAlert(queries, symbol) });
  const remove = useMutation({ mutationFn: (id: string) => removeAlert(queries, id) });
  const rule = data?.find((one) => isAbout(one, symbol));
  return { rule, add, remove, error: add.error ?? remove.error };
}
