import { expect, it, vi } from "vitest";
import type { ShownSignal, SignalPage } from "@/client";
import { newest } from "./usePages";

const page = (ids: string, next_cursor: string | null): SignalPage => ({ items: Array.from(ids).map((id) => ({ id }) as ShownSignal), next_cursor });
const ids = ({ items }: SignalPage) => items.map(({ id }) => id).join("");

it("the first page is read as it is", async () => {
  const read = vi.fn(() => Promise.resolve(page("abc", "c")));
  expect(await newest(undefined, read)).toEqual(page("abc", "c"));
  expect(read).toHaveBeenCalledOnce();
});

it("read again, it goes down to where it ended, and what is behind stays where it was", async () => {
  const read = vi.fn((cursor: string | null) => Promise.resolve(cursor === null ? page("xya", "a") : page("bcd", "d")));
  const found = await newest(page("abc", "c"), read);
  expect([ids(found), found.next_cursor]).toEqual(["xyabc", "c"]);
});

it("where too much has come meanwhile it begins anew", async () => {
  const read = vi.fn((cursor: string | null) => Promise.resolve(page("zzz", cursor === null ? "1" : `${cursor}1`)));
  const found = await newest(page("abc", "c"), read);
  expect([ids(found), found.next_cursor]).toEqual(["zzz", "1"]);
  expect(read.mock.calls.length).toBeLessThan(8);
});
