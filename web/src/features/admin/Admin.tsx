import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import "@/shared/parts.css";
import { Failure } from "@/service/Failure";
import { me } from "@/service/questions";
import { Empty, Skeleton } from "@/shared/Empty";
import { PARTS, type Part } from "./address";
import "./admin.css";
import { Audit } from "./Audit";
import { Health } from "./Health";
import { Jobs } from "./Jobs";
import { ServiceSettings } from "./ServiceSettings";
import { Users } from "./Users";

const SHOWN: Record<Part, () => ReactNode> = { users: Users, jobs: Jobs, health: Health, security: Audit, settings: ServiceSettings };

/** Everybody, what goes on, how the service is: for admins. The service refuses everybody else too. */
export function Admin() {
  const { data, error, refetch } = useQuery(me);
  if (!data) return error ? <Failure error={error} again={() => void refetch()} /> : <Skeleton />;
  if (data.role === "admin") return <Parts />;
  return (
    <>
      <h1 className="hidden">Admin</h1>
      <Empty title="This page is for admins" action={<Link to="/desk">To the desk</Link>}>
        You are signed in as a {data.role}. An admin of this service can make you one.
      </Empty>
    </>
  );
}

function Parts() {
  const { part = "users" } = useSearch({ from: "/frame/admin" });
  const Shown = SHOWN[part];
  return (
    <div className="parted admin">
      <nav className="parts" aria-label="Parts of the administration">
        <h1>Admin</h1>
        {PARTS.map(({ id, name }) => (
          <Link key={id} to="/admin" search={{ part: id === "users" ? undefined : id }} activeOptions={{ explicitUndefined: true }}>
            {name}
          </Link>
        ))}
      </nav>
      <Shown />
    </div>
  );
}
