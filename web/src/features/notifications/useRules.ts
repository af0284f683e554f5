import { useMutation, useQueryClient } from "@tanstack/react-query";
import { notificationsAddRule, notificationsDeleteRule, notificationsPutRule, type NotificationRule, type RuleChange } from "@/client";
import { rules } from "@/service/alerts";

/** Write, change and remove rules: on screen at once. */
export function useRules() {
  const queries = useQueryClient();
  const settled = () => queries.invalidateQueries({ queryKey: rules.queryKey });
  const patch = (change: (known: NotificationRule[]) => NotificationRule[]) =>
    queries.setQueryData(rules.queryKey, (known) => known && change(known));
  const save = async (rule: RuleChange, id?: string): Promise<NotificationRule> => {
    const { data } = id
      ? await notificationsPutRule({ path: { rule_id: id }, body: rule, throwOnError: true })
      : await notificationsAddRule({ body: rule, throwOnError: true });
    patch((known) => (id ? known.map((one) => (one.id === id ? data : one)) : [data, ...known]));
    return data;
  };
  const add = useMutation({ mutationFn: (rule: RuleChange) => save(rule), onSettled: settled });
  const change = useMutation({ mutationFn: ({ id, rule }: { id: string; rule: RuleChange }) => save(rule, id), onSettled: settled });
  const remove = useMutation({
    mutationFn: (id: string) => notificationsDeleteRule({ path: { rule_id: id }, throwOnError: true }),
    onMutate: (id) => patch((known) => known.filter((one) => one.id !== id)),
    onSettled: settled,
  });
  return { save, add, change, remove };
}
