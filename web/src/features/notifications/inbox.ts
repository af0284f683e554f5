import type { Notification, NotificationPage } from "@/client";
import type { InfiniteData } from "@tanstack/react-query";

export type Pages = InfiniteData<NotificationPage>;

const items = (pages: Pages | undefined): Notification[] => pages?.pages.flatMap((page) => page.items) ?? [];

/**
 * What was not read first, then the rest, newest first in both.
 *
 * `unread` holds all that is not read; `all` is whatever of everything is loaded. Who was read while somebody looked
 * (`stays`) keeps its place among the first: nothing moves from below the pointer.
 */
export function arranged(unread: Pages | undefined, all: Pages | undefined, stays: ReadonlySet<string>) {
  const first = new Map(items(unread).map((one) => [one.id, one]));
  const earlier: Notification[] = [];
  for (const one of items(all)) {
    if (first.has(one.id)) continue;
    if (!one.is_read || stays.has(one.id)) first.set(one.id, one);
    else earlier.push(one);
  }
  return { first: [...first.values()].sort((a, b) => b.created_at.localeCompare(a.created_at)), earlier };
}

/** The pages with some, or all, marked. */
export function marked(pages: Pages | undefined, is_read: boolean, id?: string): Pages | undefined {
  if (!pages) return pages;
  const wanted = (one: Notification) => (id === undefined || one.id === id) && one.is_read !== is_read;
  const known = items(pages).filter(wanted).length;
  const count = (before: number) => (id === undefined ? (is_read ? 0 : before) : Math.max(0, before + (is_read ? -known : known)));
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      unread_count: count(page.unread_count),
      items: page.items.map((one) => (wanted(one) ? { ...one, is_read } : one)),
    })),
  };
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

export type Place = { to: "symbol"; symbol: string } | { to: "signals" } | { to: "channels" } | null;

/** Where a notification leads. */
export function placeOf({ type, data }: Notification): Place {
  const symbol = text(data.symbol);
  if (symbol) return { to: "symbol", symbol };
  if (type === "more") return { to: "signals" };
  return type === "channel" ? { to: "channels" } : null;
}
