import { notificationsListNotifications } from "@/client";
import { infiniteQueryOptions } from "@tanstack/react-query";
import { keys } from "./keys";

/** Asked for again while somebody looks, should the line that tells of news be down. */
const GLANCE_MS = 20_000;
const PAGE = 50;

/** What the user was told, newest first; `unread`: only what they have not read. */
export const inbox = (unread: boolean) =>
  infiniteQueryOptions({
    queryKey: [...keys.inbox, unread],
    queryFn: async ({ pageParam }) => {
      const query = { limit: PAGE, cursor: pageParam, ...(unread && { unread: true }) };
      return (await notificationsListNotifications({ query, throwOnError: true })).data;
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: GLANCE_MS,
  });
