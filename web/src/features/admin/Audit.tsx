import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { auditListEvents, type ShownEvent } from "@/client";
import { Failure } from "@/service/Failure";
import { DataTable, type Column } from "@/shared/DataTable";
import { Empty, Skeleton } from "@/shared/Empty";
import { moment, words } from "@/shared/format";
import { SECURITY_EVENTS, type SecurityEvent } from "./events";
import { nameOf, useUsers } from "./useUsers";

const idOf = ({ id }: ShownEvent) => String(id);
const GLANCE_MS = 15_000;

/** What of security happened, newest first. */
export function Audit() {
  const { event } = useSearch({ from: "/frame/admin" });
  const go = useNavigate();
  const found = useInfiniteQuery({
    queryKey: ["audit", event],
    queryFn: async ({ pageParam }) => (await auditListEvents({ query: { limit: 100, cursor: pageParam, event }, throwOnError: true })).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: GLANCE_MS,
  });
  const people = useUsers();
  const names = useMemo(() => new Map(people.data?.pages.flatMap((page) => page.items).map((user) => [user.id, nameOf(user)])), [people.data]);
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  const columns = useMemo(() => columnsOf(names), [names]);
  return (
    <section className="part" aria-label="Security">
      <header>
        <h2>Security</h2>
        <select
          className="in-cell"
          aria-label="Which events"
          value={event ?? ""}
          onChange={(change) => void go({ to: "/admin", search: { part: "security", ...(change.target.value && { event: change.target.value as SecurityEvent }) }, replace: true })}
        >
          <option value="">all events</option>
          {SECURITY_EVENTS.map((one) => (
            <option key={one} value={one}>
              {words(one)}
            </option>
          ))}
        </select>
      </header>
      {found.error && !found.data ? (
        <Failure error={found.error} again={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton rows={8} />
      ) : (
        <DataTable label="Events" rows={rows} columns={columns} id={idOf} empty={<Empty title="Nothing of that kind">Sign-ins, refusals, changes of passwords and of roles are listed here.</Empty>} />
      )}
      {found.hasNextPage && (
        <p className="more">
          <Button size="compact-sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            Load more
          </Button>
        </p>
      )}
    </section>
  );
}

const ALARMING = new Set(["login_failed", "login_refused", "refresh_reused", "password_refused"]);

function columnsOf(names: ReadonlyMap<string, string>): Column<ShownEvent>[] {
  const whom = (id: string | null) => (id ? (names.get(id) ?? id) : "nobody known");
  const detail = (one: ShownEvent) => Object.entries(one.detail).map(([name, value]) => `${words(name)} ${name === "by" ? whom(value) : value}`).join(", ");
  return [
    { id: "at", title: "time", width: 120, value: ({ at }) => at, cell: ({ at }) => moment(at) },
    { id: "event", title: "event", width: 160, value: ({ event }) => event, cell: ({ event }) => <b className={ALARMING.has(event) ? "refusal" : ""}>{words(event)}</b> },
    { id: "whom", title: "whom", width: 180, value: ({ user_id }) => whom(user_id), cell: ({ user_id }) => <span title={user_id ?? ""}>{whom(user_id)}</span> },
    { id: "ip", title: "from", width: 140, value: ({ ip }) => ip, cell: ({ ip }) => ip || <span className="quiet">the command line</span> },
    { id: "detail", title: "detail", width: 360, value: detail, cell: (one) => <span className="quiet" title={detail(one)}>{detail(one)}</span> },
  ];
}
