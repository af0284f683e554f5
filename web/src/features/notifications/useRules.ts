import {
  notificationsAddRule,
  notificationsDeleteRule,
  notificationsListRules,
  notificationsPutRule,
  type NotificationRule,
  type RuleChange,
  type RulePage,
} from "@/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/service/keys";

/** All of them: a user has a hundred at most. */
export const rules = queryOptions({
  queryKey: keys.rules,
  queryFn: async () => (await notificationsListRules({ query: { limit: 100 }, throwOnError: true })).data,
  refetchOnMount: "always",
});

export function useRules() {
  const queries = useQueryClient();
  const settled = () => queries.invalidateQueries({ queryKey: keys.rules });
  const patch = (change: (items: NotificationRule[]) => NotificationRule[]) =>
    queries.setQueryData<RulePage>(keys.rules, (page) => page && { ...page, items: change(page.items) });
  const save = async (rule: RuleChange, id?: string): Promise<NotificationRule> => {
    const { data } = id
      ? await notificationsPutRule({ path: { rule_id: id }, body: rule, throwOnError: true })
      : await notificationsAddRule({ body: rule, throwOnError: true });
    patch((items) => (id ? items.map((one) => (one.id === id ? data : one)) : [data, ...items]));
    return data;
  };
  const add = useMutation({ mutationFn: (rule: RuleChange) => save(rule), onSettled: settled });
  const change = useMutation({ mutationFn: ({ id, rule }: { id: string; rule: RuleChange }) => save(rule, id), onSettled: settled });
  const remove = useMutation({
    mutationFn: (id: string) => notificationsDeleteRule({ path: { rule_id: id }, throwOnError: true }),
    onMutate: (id) => patch((items) => items.filter((one) => one.id !== id)),
    onSettled: settled,
  });
  return { save, add, change, remove };
}
