import { notificationsListKinds } from "@/client";
import { queryOptions } from "@tanstack/react-query";
import { keys } from "@/service/keys";

/** The kinds of channels the service has, each with what it must be told. */
export const kinds = queryOptions({
  queryKey: keys.kinds,
  queryFn: async () => (await notificationsListKinds({ throwOnError: true })).data.items,
  staleTime: Infinity,
});
