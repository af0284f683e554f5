import {
  notificationsGetPreferences,
  notificationsPutPreferences,
  type PreferencesChange,
  type ShownPreferences,
} from "@/client";
import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { keys } from "./keys";

/** When, and through what, the user wants to be told. */
export const wants = queryOptions({
  queryKey: keys.wants,
  queryFn: async () => (await notificationsGetPreferences({ throwOnError: true })).data,
});

type Wanting = (now: ShownPreferences) => PreferencesChange;

/** The service takes all of them at once: what is not changed is sent as it is there `now`. */
async function put(now: ShownPreferences, change: Wanting, keepalive = false): Promise<ShownPreferences> {
  const { time_zone, quiet_hours, digest } = now;
  const body = { time_zone, quiet_hours, digest, ...change(now) };
  return (await notificationsPutPreferences({ body, keepalive, throwOnError: true })).data;
}

export function useWanting() {
  const queries = useQueryClient();
  return useMutation({
    scope: { id: "wants" }, // one after the other, each of what the one before left
    mutationFn: async (change: Wanting) => put((await notificationsGetPreferences({ throwOnError: true })).data, change),
    onSuccess: (shown) => queries.setQueryData(keys.wants, shown),
  });
}

/** Want something else while the tab goes away: of what is known here, for nothing can be asked any more. */
export async function wantLeaving(queries: QueryClient, change: Wanting): Promise<void> {
  const known = queries.getQueryData<ShownPreferences>(keys.wants);
  if (known) queries.setQueryData(keys.wants, await put(known, change, true));
}
