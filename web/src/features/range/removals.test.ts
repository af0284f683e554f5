import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Removals, UNDO_MS } from "./removals";

const ONE = { id: "scan_1", name: "gap" };
const OTHER = { id: "scan_2", name: "lc" };

function removals(remove = vi.fn<(id: string, isLeaving: boolean) => Promise<void>>(() => Promise.resolve())) {
  return { made: new Removals(remove), remove };
}

describe("a scan that is deleted", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is out of sight at once, and deleted when the time to undo it is over", async () => {
    const { made, remove } = removals();
    made.begin(ONE);
    expect([...made.hidden]).toEqual(["scan_1"]);
    await vi.advanceTimersByTimeAsync(UNDO_MS - 1);
    expect(remove).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(remove).toHaveBeenCalledExactlyOnceWith("scan_1", false);
    expect(made.hidden.has("scan_1")).toBe(true);
  });

  it("is there again when it is undone, and nothing was deleted", async () => {
    const { made, remove } = removals();
    made.begin(ONE);
    made.undo();
    await vi.advanceTimersByTimeAsync(2 * UNDO_MS);
    expect(remove).not.toHaveBeenCalled();
    expect(made.hidden.size).toBe(0);
    expect(made.waiting).toBeNull();
  });

  it("is deleted at once when another one is, or the page is left", () => {
    const { made, remove } = removals();
    made.begin(ONE);
    made.begin(OTHER);
    expect(remove.mock.calls).toEqual([["scan_1", false]]);
    made.finish(true);
    made.finish(true);
    expect(remove.mock.calls).toEqual([["scan_1", false], ["scan_2", true]]);
  });

  it("comes back, with the reason, where it could not be deleted", async () => {
    const error = new TypeError("Failed to fetch");
    const { made } = removals(vi.fn(() => Promise.reject(error)));
    made.begin(ONE);
    await vi.advanceTimersByTimeAsync(UNDO_MS);
    expect(made.trouble).toEqual({ removal: ONE, error });
    expect(made.hidden.size).toBe(0);
  });
});
