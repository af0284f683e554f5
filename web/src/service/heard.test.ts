import { expect, it } from "vitest";
import type { ShownSignal, SignalPage } from "@/client";
import { noteSignal, withHeard, withSignal } from "./heard";

const signal = (id: string, more: Partial<ShownSignal> = {}) =>
  ({ id, status: "active", symbol: "AAPL", confidence: 70, bar_time: "2025-07-01T14:00:00Z", ...more }) as ShownSignal;
const page = (...items: ShownSignal[]): SignalPage => ({ items, next_cursor: null });
const ids = ({ items }: SignalPage) => items.map(({ id }) => id);

it.each([
  [{}, true],
  [{ limit: 50, status: "active", symbol: "AAPL" }, true],
  [{ status: undefined, pattern: "" }, true],
  [{ status: "closed" }, false],
  [{ min_confidence: 70 }, true],
  [{ min_confidence: 71 }, false],
  [{ from: "2025-07-01", to: "2025-07-01" }, true],
  [{ from: "2025-07-02" }, false],
  [{ to: "2025-06-30" }, false],
  [{ cursor: "abc" }, false],
])("a new signal is on a list asked for by %j: %s", (filter, isThere) => {
  expect(ids(withSignal(page(signal("a")), signal("b"), filter))).toEqual(isThere ? ["b", "a"] : ["a"]);
});

it("a signal of an older bar than those of a page that goes on is no new one: it stands on a later page", () => {
  const goesOn = { ...page(signal("b")), next_cursor: "more" };
  const older = [signal("z", { bar_time: "2025-06-30T14:00:00Z" }), signal("a")];
  expect(older.map((one) => ids(withSignal(goesOn, one, {})))).toEqual([["b"], ["b"]]);
  expect(ids(withSignal(goesOn, signal("c"), {}))).toEqual(["c", "b"]);
});

it("a signal that is told while an answer is on its way is not lost by that answer", async () => {
  noteSignal(signal("before"));
  const answer = await withHeard({}, async () => {
    noteSignal(signal("new"));
    noteSignal(signal("a", { status: "closed" }));
    await Promise.resolve();
    return page(signal("a"));
  });
  expect(answer.items.map(({ id, status }) => [id, status])).toEqual([
    ["new", "active"],
    ["a", "closed"],
  ]);
});
