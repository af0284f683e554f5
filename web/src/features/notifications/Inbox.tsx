import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState, type KeyboardEvent } from "react";
import type { Notification } from "@/client";
import { Failure } from "@/service/Failure";
import { inbox } from "@/service/notifications";
import { useMayWrite } from "@/service/role";
import { Empty, Skeleton } from "@/shared/Empty";
import { moment } from "@/shared/format";
import { Telling, useTold } from "@/shared/Told";
import { arranged, placeOf } from "./inbox";
import { useMarking } from "./useMarking";

/** What the user was told: unread first, each with the way to what it is about. */
export function Inbox() {
  const { unread: only = false } = useSearch({ from: "/frame/notifications" });
  const unread = useInfiniteQuery(inbox(true));
  const all = useInfiniteQuery({ ...inbox(false), enabled: !only && unread.isSuccess && !unread.hasNextPage });
  const [stays, keep] = useState<ReadonlySet<string>>(new Set());
  const { told, tell, forget } = useTold();
  const marking = useMarking();
  const may = useMayWrite();
  const { first, earlier } = arranged(unread.data, only ? undefined : all.data, stays);
  const count = unread.data?.pages[0]?.unread_count ?? 0;
  const next = unread.hasNextPage ? unread : !only && all.hasNextPage ? all : null;
  function mark(one: Notification, is_read: boolean): void {
    if (one.is_read === is_read || !may) return;
    keep(new Set([...stays, one.id]));
    marking.mutate({ is_read, id: one.id });
  }
  function markAll(): void {
    const before = first.filter((one) => !one.is_read);
    keep(new Set([...stays, ...before.map(({ id }) => id)]));
    marking.mutate({ is_read: true });
    tell(`${before.length} marked as read.`, () => before.forEach(({ id }) => marking.mutate({ is_read: false, id })));
  }
  return (
    <section className="part" aria-label="Inbox">
      <header>
        <h2>Inbox</h2>
        <span className="quiet">{count > 0 ? `${count} unread` : ""}</span>
        <nav aria-label="Which" className="which">
          <Link to="/notifications" search={{ unread: undefined }} className={`plain ${only ? "" : "on"}`} activeOptions={{ explicitUndefined: true }}>
            all
          </Link>
          <Link to="/notifications" search={{ unread: true }} className={`plain ${only ? "on" : ""}`}>
            unread
          </Link>
        </nav>
        {may && (
          <Button size="compact-sm" variant="default" disabled={count === 0} onClick={markAll}>
            Mark all read
          </Button>
        )}
      </header>
      {marking.error && <Failure error={marking.error} />}
      <Telling told={told} forget={forget} />
      {unread.error && !unread.data ? (
        <Failure error={unread.error} again={() => void unread.refetch()} />
      ) : !unread.data || (!only && !unread.hasNextPage && all.isPending) ? (
        <Skeleton rows={10} />
      ) : (
        <div className="told" tabIndex={0} role="region" aria-label="Notifications" onKeyDown={move}>
          {first.length > 0 && <List label="Unread" rows={first} mark={mark} may={may} />}
          {earlier.length > 0 && <List label="Earlier" rows={earlier} mark={mark} may={may} />}
          {all.error && !all.data && <Failure error={all.error} again={() => void all.refetch()} />}
          {first.length + earlier.length === 0 && !all.error && <Nothing only={only} />}
          {next && (
            <p className="more">
              <Button size="compact-sm" variant="default" loading={next.isFetchingNextPage} onClick={() => void next.fetchNextPage()}>
                Load more
              </Button>
            </p>
          )}
        </div>
      )}
    </section>
  );
}

/** Arrows, or j and k, go from one to the next. */
function move(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  if (step === undefined) return;
  const titles = [...event.currentTarget.querySelectorAll<HTMLElement>(".title")];
  const at = titles.findIndex((one) => one === document.activeElement);
  titles[Math.max(0, Math.min(titles.length - 1, at < 0 ? 0 : at + step))]?.focus();
  event.preventDefault();
}

interface ListProps {
  label: string;
  rows: readonly Notification[];
  mark: (one: Notification, is_read: boolean) => void;
  may: boolean;
}

function List({ label, rows, mark, may }: ListProps) {
  return (
    <section aria-label={label}>
      <h3>{label}</h3>
      <ol>
        {rows.map((one) => (
          <li key={one.id} className={one.is_read ? "read" : "unread"}>
            <i className={`dot ${one.is_read ? "" : "on"}`} role="img" aria-label={one.is_read ? "read" : "unread"} />
            <time dateTime={one.created_at} title="New York time">
              {moment(one.created_at)}
            </time>
            <Title of={one} open={() => mark(one, true)} />
            <span className="quiet ellipsis" title={one.message}>
              {one.message}
            </span>
            {may && (
              <button type="button" className="plain" aria-label={`Mark ${one.is_read ? "unread" : "read"}: ${one.title}`} onClick={() => mark(one, !one.is_read)}>
                mark {one.is_read ? "unread" : "read"}
              </button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Title({ of, open }: { of: Notification; open: () => void }) {
  const place = placeOf(of);
  const shown = { className: "ellipsis title", title: of.title, onClick: open, children: of.title };
  if (place?.to === "symbol") return <Link to="/symbol/$" params={{ _splat: place.symbol }} {...shown} />;
  if (place?.to === "signals") return <Link to="/signals" {...shown} />;
  if (place?.to === "channels") return <Link to="/notifications" search={{ part: "channels" }} {...shown} />;
  return (
    <span className="ellipsis title" title={of.title} tabIndex={-1}>
      {of.title}
    </span>
  );
}

function Nothing({ only }: { only: boolean }) {
  return (
    <Empty
      title={only ? "Everything is read" : "Nothing was told yet"}
      action={
        <Link to="/notifications" search={only ? {} : { part: "rules", rule: "new" }}>
          {only ? "Show all" : "Write a rule"}
        </Link>
      }
    >
      {only ? undefined : "A rule says of which signals you want to be told. Each one it finds comes here at once, and through the channels of the rule."}
    </Empty>
  );
}
