import {
  notificationsGetPreferences,
  notificationsPutPreferences,
  type PreferencesChange,
  type ShownPreferences,
} from "@/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "./keys";

/** When, and through what, the user wants to be told. */
export const wants = queryOptions({
  queryKey: keys.wants,
  queryFn: async () => (await notificationsGetPreferences({ throwOnError: true })).data,
});

/** The service takes all of them at once: what is not changed is sent as it is there now. */
export function useWanting() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (change: (now: ShownPreferences) => PreferencesChange) => {
      const { data: now } = await notificationsGetPreferences({ throwOnError: true });
      const { time_zone, quiet_hours, digest } = now;
      const body = { time_zone, quiet_hours, digest, ...change(now) };
      return (await notificationsPutPreferences({ body, throwOnError: true })).data;
    },
    onSuccess: (shown) => queries.setQueryData(keys.wants, shown),
  });
}
