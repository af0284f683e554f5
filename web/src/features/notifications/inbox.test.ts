import { expect, it } from "vitest";
import type { Notification } from "@/client";
import { arranged, marked, placeOf, type Pages } from "./inbox";

const told = (id: string, minute: number, is_read: boolean, more: Partial<Notification> = {}): Notification => ({
  id,
  type: "signal",
  title: id,
  message: "",
  data: {},
  is_read,
  created_at: `2026-11-20T21:${String(minute).padStart(2, "0")}:00Z`,
  ...more,
});
const pages = (...items: Notification[]): Pages => ({
  pages: [{ items, next_cursor: null, unread_count: items.filter((one) => !one.is_read).length }],
  pageParams: [undefined],
});
const ids = (items: Notification[]) => items.map(({ id }) => id);

it("shows what was not read first, then the rest, newest first in both, and nothing twice", () => {
  const unread = pages(told("d", 4, false), told("b", 2, false));
  const all = pages(told("d", 4, false), told("c", 3, true), told("b", 2, false), told("a", 1, true));
  const { first, earlier } = arranged(unread, all, new Set());
  expect(ids(first)).toEqual(["d", "b"]);
  expect(ids(earlier)).toEqual(["c", "a"]);
});

it("keeps in its place what was read while somebody looked", () => {
  const unread = pages(told("d", 4, false));
  const all = pages(told("d", 4, false), told("c", 3, true), told("b", 2, true));
  const { first, earlier } = arranged(unread, all, new Set(["b"]));
  expect(ids(first)).toEqual(["d", "b"]);
  expect(ids(earlier)).toEqual(["c"]);
});

it("puts among the unread what has come since they were asked for", () => {
  const { first } = arranged(pages(told("a", 1, false)), pages(told("b", 2, false), told("a", 1, false)), new Set());
  expect(ids(first)).toEqual(["b", "a"]);
});

it("counts one less when one is read, and none when all are", () => {
  const before = pages(told("b", 2, false), told("a", 1, false));
  const one = marked(before, true, "a")?.pages[0];
  expect([one?.unread_count, one?.items.map(({ is_read }) => is_read)]).toEqual([1, [false, true]]);
  expect(marked(before, true)?.pages[0]?.unread_count).toBe(0);
  expect(marked(marked(before, true, "a"), false, "a")?.pages[0]?.unread_count).toBe(2);
});

it("does not count twice what is marked twice", () => {
  const once = marked(pages(told("b", 2, false), told("a", 1, false)), true, "a");
  expect(marked(once, true, "a")?.pages[0]?.unread_count).toBe(1);
});

it("leads to the symbol, to the list of signals or to the channels, and nowhere else", () => {
  expect(placeOf(told("a", 1, false, { data: { symbol: "BTC/USDT" } }))).toEqual({ to: "symbol", symbol: "BTC/USDT" });
  expect(placeOf(told("a", 1, false, { type: "more", data: { count: 3 } }))).toEqual({ to: "signals" });
  expect(placeOf(told("a", 1, false, { type: "channel" }))).toEqual({ to: "channels" });
  expect(placeOf(told("a", 1, false, { type: "test", data: { symbol: 7 } }))).toBeNull();
});
