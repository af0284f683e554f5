import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { notificationsAddRule, notificationsDeleteRule, notificationsListRules, type NotificationRule } from "@/client";

const KEY = ["rules"];

const isAbout = (rule: NotificationRule, symbol: string) => {
  const { symbols, scanners, watchlist } = rule.conditions ?? {};
  return symbols?.length === 1 && symbols[0] === symbol && !scanners?.length && !watchlist;
};

/** Whether each signal of a symbol is told of, and how to change that. The rule stands in Notifications like any other. */
export function useAlert(symbol: string) {
  const queries = useQueryClient();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: async () => (await notificationsListRules({ query: { limit: 1000 }, throwOnError: true })).data.items,
  });
  const settled = () => queries.invalidateQueries({ queryKey: KEY });
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
