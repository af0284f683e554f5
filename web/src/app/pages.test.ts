// @vitest-environment jsdom
import { expect, it } from "vitest";
import { PAGES, pagesOf } from "./pages";
import { router } from "./router";

it("lists every page that an address leads to by itself", () => {
  const within = Object.keys(router.routesById).flatMap((id) => /^\/frame(\/.*)$/.exec(id)?.[1] ?? []);
  const plain = within.filter((path) => path !== "/" && !path.includes("$"));
  expect(PAGES.map(({ to }) => to as string).toSorted()).toEqual(plain.toSorted());
});

it("has a key for one page each, and none of an admin for others", () => {
  const keys = PAGES.flatMap(({ key }) => key ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  expect(pagesOf("user").map(({ name }) => name)).not.toContain("Admin");
  expect(pagesOf("admin").map(({ name }) => name)).toContain("Admin");
});
