import { usersChangeUser, usersListUsers, type ShownUser, type UserChange, type UserPage } from "@/client";
import { infiniteQueryOptions, useInfiniteQuery, useMutation, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { keys } from "@/service/keys";

const users = infiniteQueryOptions({
  queryKey: keys.users,
  queryFn: async ({ pageParam }) => (await usersListUsers({ query: { limit: 100, cursor: pageParam }, throwOnError: true })).data,
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

export const useUsers = () => useInfiniteQuery(users);

/** Change somebody; on screen once the service has agreed. */
export function useChangingUser() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ id, change }: { id: string; change: UserChange }) =>
      (await usersChangeUser({ path: { user_id: id }, body: change, throwOnError: true })).data,
    onSuccess: (after) => {
      queries.setQueryData<InfiniteData<UserPage, string | undefined>>(keys.users, (found) => found && withUser(found, after));
      void queries.invalidateQueries({ queryKey: keys.me });
    },
  });
}

function withUser<P>(found: InfiniteData<UserPage, P>, after: ShownUser): InfiniteData<UserPage, P> {
  const pages = found.pages.map((page) => ({ ...page, items: page.items.map((one) => (one.id === after.id ? after : one)) }));
  return { ...found, pages };
}

export const nameOf = ({ first_name, last_name, email }: ShownUser): string => `${first_name} ${last_name}`.trim() || email || "the owner";
