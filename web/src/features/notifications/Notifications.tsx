import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import "@/shared/parts.css";
import { inbox } from "@/service/notifications";
import { PARTS, type Part } from "./address";
import { Channels } from "./Channels";
import { Inbox } from "./Inbox";
import "./notifications.css";
import { Rules } from "./Rules";
import { When } from "./When";

const SHOWN: Record<Part, () => ReactNode> = { inbox: Inbox, rules: Rules, channels: Channels, when: When };

/** What the user was told, of what they want to be told, where, and when. */
export function Notifications() {
  const { part = "inbox" } = useSearch({ from: "/frame/notifications" });
  const { data: told } = useInfiniteQuery(inbox(true));
  const unread = told?.pages[0]?.unread_count;
  const Shown = SHOWN[part];
  return (
    <div className="parted notifications">
      <nav className="parts" aria-label="Parts of notifications">
        <h1>Notifications</h1>
        {PARTS.map(({ id, name }) => (
          <Link
            key={id}
            to="/notifications"
            search={{ part: id === "inbox" ? undefined : id }}
            activeOptions={{ explicitUndefined: true }}
          >
            {name} {id === "inbox" && unread ? <b>{unread}</b> : null}
          </Link>
        ))}
      </nav>
      <Shown />
    </div>
  );
}
