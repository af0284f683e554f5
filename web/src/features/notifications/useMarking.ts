import { notificationsMark, notificationsMarkAll } from "@/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/service/keys";
import { marked, type Pages } from "./inbox";

interface Mark {
  is_read: boolean;
  /** Without: all. */
  id?: string;
}

/** Marks on screen at once; what the service refuses is shown as it is there. */
export function useMarking() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ is_read, id }: Mark) => {
      if (id === undefined) await notificationsMarkAll({ body: { is_read }, throwOnError: true });
      else await notificationsMark({ path: { notification_id: id }, body: { is_read }, throwOnError: true });
    },
    onMutate: async ({ is_read, id }) => {
      await queries.cancelQueries({ queryKey: keys.inbox });
      queries.setQueriesData<Pages>({ queryKey: keys.inbox }, (pages) => marked(pages, is_read, id));
    },
    onError: () => queries.invalidateQueries({ queryKey: keys.inbox }),
    onSettled: () =>
      queries.invalidateQueries({ queryKey: keys.notifications, predicate: ({ queryKey }) => queryKey[1] !== keys.inbox[1] }),
  });
}
