import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { ShownUser, UserChange } from "@/client";
import { Failure } from "@/service/Failure";
import { me } from "@/service/questions";
import { DataTable, type Column } from "@/shared/DataTable";
import { Skeleton } from "@/shared/Empty";
import { day, moment } from "@/shared/format";
import { Telling, useTold } from "@/shared/Told";
import { Invitation } from "./Invitation";
import { nameOf, useChangingUser, useUsers } from "./useUsers";

const ROLES = ["admin", "user", "viewer"] as const;
const idOf = ({ id }: ShownUser) => id;

/** Everybody: their role, and whether they may come in. */
export function Users() {
  const found = useUsers();
  const changing = useChangingUser();
  const { data: mine } = useQuery(me);
  const { told, tell, forget } = useTold();
  const [selected, select] = useState<string | null>(null);
  const items = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  const { mutate } = changing;
  const columns = useMemo(() => {
    function set(user: ShownUser, change: UserChange, said: string): void {
      const before = "role" in change ? { role: user.role } : { is_active: user.is_active };
      mutate({ id: user.id, change }, { onSuccess: () => tell(said, () => mutate({ id: user.id, change: before })) });
    }
    return columnsOf(set, mine?.id);
  }, [mutate, mine?.id, tell]);
  return (
    <section className="part" aria-label="Users">
      <header>
        <h2>Users</h2>
        <Invitation />
      </header>
      {changing.error && <Failure error={changing.error} />}
      <Telling told={told} forget={forget} />
      {found.error && !found.data ? (
        <Failure error={found.error} again={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton rows={8} />
      ) : (
        <DataTable label="All users" rows={items} columns={columns} id={idOf} selected={selected} onSelect={({ id }) => select(id)} />
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

type Set = (user: ShownUser, change: UserChange, said: string) => void;

function columnsOf(set: Set, mine: string | undefined): Column<ShownUser>[] {
  return [
    {
      id: "name",
      title: "name",
      width: 180,
      value: nameOf,
      cell: (user) => (
        <span title={nameOf(user)}>
          <b>{nameOf(user)}</b> {user.id === mine && <span className="quiet">you</span>}
        </span>
      ),
    },
    { id: "email", title: "email", width: 220, value: ({ email }) => email || undefined, cell: ({ email }) => <span title={email}>{email || "–"}</span> },
    {
      id: "role",
      title: "role",
      width: 104,
      value: ({ role }) => role,
      cell: (user) => (
        <select
          className="in-cell"
          aria-label={`Role of ${nameOf(user)}`}
          value={user.role}
          onChange={(event) => {
            const role = event.target.value as ShownUser["role"];
            set(user, { role }, `${nameOf(user)} is ${role === "user" ? "a user" : role === "admin" ? "an admin" : "a viewer"} now.`);
          }}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {role}
            </option>
          ))}
        </select>
      ),
    },
    {
      id: "active",
      title: "may sign in",
      width: 104,
      value: ({ is_active }) => Number(is_active),
      cell: (user) => (
        <label className="in-cell">
          <input
            type="checkbox"
            checked={user.is_active}
            aria-label={`${nameOf(user)} may sign in`}
            onChange={() => set(user, { is_active: !user.is_active }, `${nameOf(user)} ${user.is_active ? "is signed out everywhere and may not sign in" : "may sign in again"}.`)}
          />{" "}
          <span className={user.is_active ? "quiet" : ""}>{user.is_active ? "yes" : "disabled"}</span>
        </label>
      ),
    },
    { id: "last", title: "signed in last", width: 130, value: ({ last_login }) => last_login ?? undefined, cell: ({ last_login }) => (last_login ? moment(last_login) : <span className="quiet">never</span>) },
    { id: "since", title: "user since", width: 110, value: ({ created_at }) => created_at, cell: ({ created_at }) => day(created_at) },
  ];
}
