import { expect, it } from "vitest";
import { BEGINNING, pagesFor, placeOf, total, withPage } from "./chain";

const two = withPage(withPage(BEGINNING, 0, 200, "a"), 1, 200, "b");

it("each page tells where the next one begins, the last one that there is none", () => {
  expect(two).toEqual({ cursors: [null, "a", "b"], sizes: [200, 200], isWhole: false });
  expect(withPage(two, 2, 7, null)).toEqual({ cursors: [null, "a", "b"], sizes: [200, 200, 7], isWhole: true });
});

it("what was known already changes nothing", () => {
  expect(withPage(two, 0, 200, "a")).toBe(two);
  const whole = withPage(two, 2, 7, null);
  expect(withPage(whole, 2, 7, null)).toBe(whole);
});

it("a signal that arrives makes the first page longer and moves no other", () => {
  const longer = withPage(two, 0, 201, "a");
  expect(longer.cursors).toBe(two.cursors);
  expect(placeOf(longer, 201)).toEqual({ page: 1, at: 0 });
});

it("where the next page begins elsewhere, those behind it are forgotten", () => {
  expect(withPage(two, 0, 200, "other")).toEqual({ cursors: [null, "other"], sizes: [200], isWhole: false });
});

it("a row is found on its page", () => {
  expect(placeOf(two, 0)).toEqual({ page: 0, at: 0 });
  expect(placeOf(two, 399)).toEqual({ page: 1, at: 199 });
  expect(placeOf(two, 400)).toBeUndefined();
  expect(total(two)).toBe(400);
});

it("only the first page and those in sight are wanted, and the next one before it is needed", () => {
  let chain = BEGINNING;
  for (let page = 0; page < 500; page++) chain = withPage(chain, page, 200, page === 499 ? null : `c${page}`);
  expect(total(chain)).toBe(100_000);
  expect(pagesFor(chain, 50_000, 50_040)).toEqual([0, 250]);
  expect(pagesFor(two, 0, 40)).toEqual([0]);
  expect(pagesFor(two, 350, 390)).toEqual([0, 1, 2]);
  expect(pagesFor(BEGINNING, 0, 0)).toEqual([0]);
});
