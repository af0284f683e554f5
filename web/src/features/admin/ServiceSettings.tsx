import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { settingsListSettings, type ShownSetting } from "@/client";
import { Failure } from "@/service/Failure";
import { DataTable, type Column } from "@/shared/DataTable";
import { Empty, Skeleton } from "@/shared/Empty";
import { isFound } from "./found";

const BUILT_IN = "built in";
const idOf = ({ section, key }: ShownSetting) => `${section}.${key}`;

/** What the service runs with, each value with where it came from. It is changed where the service runs. */
export function ServiceSettings() {
  const { find = "" } = useSearch({ from: "/frame/admin" });
  const go = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: ["service-settings"],
    queryFn: async () => (await settingsListSettings({ throwOnError: true })).data.items,
  });
  const rows = useMemo(() => (data ?? []).filter((one) => isFound(one, find)), [data, find]);
  const changed = (data ?? []).filter(({ origin }) => origin !== BUILT_IN).length;
  return (
    <section className="part" aria-label="Settings">
      <header>
        <h2>Settings</h2>
        {data && (
          <span className="quiet">
            {changed} of {data.length} set; <code>scanner config set</code> changes them where the service runs
          </span>
        )}
        <input
          className="boxed find"
          type="search"
          aria-label="Find a setting"
          placeholder="find"
          value={find}
          maxLength={100}
          onChange={(event) => void go({ to: "/admin", search: { part: "settings", ...(event.target.value && { find: event.target.value }) }, replace: true })}
        />
      </header>
      {error && !data ? (
        <Failure error={error} again={() => void refetch()} />
      ) : !data ? (
        <Skeleton rows={12} />
      ) : (
        <DataTable label="Settings of the service" rows={rows} columns={COLUMNS} id={idOf} empty={<Empty title="No such setting">Nothing of that name, value or meaning.</Empty>} />
      )}
    </section>
  );
}

function shown({ is_secret, value, origin }: ShownSetting): string {
  if (is_secret) return origin === BUILT_IN ? "not set" : "set";
  return typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : JSON.stringify(value);
}

const COLUMNS: Column<ShownSetting>[] = [
  { id: "section", title: "section", width: 140, value: ({ section }) => section, cell: ({ section }) => section },
  { id: "key", title: "key", width: 200, value: ({ key }) => key, cell: ({ key }) => <b>{key}</b> },
  { id: "value", title: "value", width: 180, value: shown, cell: (one) => <span className={one.is_secret ? "quiet" : ""} title={shown(one)}>{shown(one)}</span> },
  { id: "origin", title: "from", width: 200, value: ({ origin }) => origin, cell: ({ origin }) => <span className={origin === BUILT_IN ? "quiet" : ""} title={origin}>{origin}</span> },
  { id: "about", title: "what it is", width: 420, value: ({ about }) => about, cell: ({ about, is_unused }) => <span className="quiet" title={about}>{is_unused ? `${about} (nothing uses it yet)` : about}</span> },
];
