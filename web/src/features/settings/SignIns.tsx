import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { authEndSignIn, authEndSignIns, authListSignIns } from "@/client";
import { Failure } from "@/service/Failure";
import { keys } from "@/service/keys";
import { Skeleton } from "@/shared/Empty";
import { moment } from "@/shared/format";
import { browserOf } from "./profile";

/** Where one is signed in. What is ended there asks for the password again. */
export function SignIns() {
  const queries = useQueryClient();
  const found = useInfiniteQuery({
    queryKey: keys.signIns,
    queryFn: async ({ pageParam }) => (await authListSignIns({ query: { limit: 50, cursor: pageParam }, throwOnError: true })).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
  const end = useMutation({
    mutationFn: async (id: string | null) => {
      if (id === null) await authEndSignIns({ query: { others: true }, throwOnError: true });
      else await authEndSignIn({ path: { sign_in_id: id }, throwOnError: true });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.signIns }),
  });
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label="Where you are signed in">
      <div className="actions apart">
        <h2>Signed in</h2>
        <Button size="compact-sm" variant="default" disabled={items.every(({ is_current }) => is_current)} loading={end.isPending && end.variables === null} onClick={() => end.mutate(null)}>
          End all others
        </Button>
      </div>
      {end.error && <Failure error={end.error} />}
      {found.error && !found.data ? (
        <Failure error={found.error} again={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton rows={3} />
      ) : (
        <div className="scrolled" tabIndex={0} role="region" aria-label="Sign-ins">
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">with</th>
                <th scope="col">from</th>
                <th scope="col">since</th>
                <th scope="col">last seen</th>
                <th scope="col">
                  <span className="hidden">end</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {items.map((one) => (
                <tr key={one.id}>
                  <td className="ellipsis" title={one.user_agent}>
                    {browserOf(one.user_agent)}
                  </td>
                  <td>{one.ip}</td>
                  <td>
                    {moment(one.created_at)}
                  </td>
                  <td>
                    {moment(one.refreshed_at)}
                  </td>
                  <td className="number">
                    {one.is_current ? (
                      <span className="quiet">this one</span>
                    ) : (
                      <button type="button" className="plain" aria-label={`End the sign-in of ${browserOf(one.user_agent)} from ${one.ip}`} onClick={() => end.mutate(one.id)}>
                        end
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.hasNextPage && (
        <Button size="compact-sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
          Load more
        </Button>
      )}
    </section>
  );
}
