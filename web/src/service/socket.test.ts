import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Line } from "./socket";

class Fake {
  onopen = () => {};
  onclose = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  sent: string[] = [];
  constructor(readonly url: string) {}
  send = (text: string) => this.sent.push(text);
  close = () => this.onclose();
  say = (message: object) => this.onmessage({ data: JSON.stringify(message) });
}

function line() {
  const opened: Fake[] = [];
  const doors = {
    ticket: vi.fn(() => Promise.resolve(`t${opened.length}`)),
    open: (url: string) => {
      const made = new Fake(url);
      opened.push(made);
      return made as unknown as WebSocket;
    },
    hear: vi.fn(),
    reload: vi.fn(),
    state: vi.fn(),
    lag: vi.fn(),
  };
  return { line: new Line("/ws/signals", doors), doors, opened };
}

describe("a line", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("comes back with a new ticket and asks for what it missed", async () => {
    const { line: one, opened } = line();
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    opened[0]?.onopen();
    opened[0]?.say({ type: "signal", sequence: 41 });
    opened[0]?.close();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(opened.map(({ url }) => url)).toEqual(["/ws/signals?ticket=t0", "/ws/signals?ticket=t1&since=41"]);
  });

  it("does not go on from the middle of a whole, which has the number 0", async () => {
    const { line: one, opened } = line();
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    opened[0]?.say({ type: "scan_update", sequence: 0 });
    opened[0]?.close();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(opened[1]?.url).not.toContain("since");
  });

  it("asks for everything again when it is told that what it missed is gone", async () => {
    const { line: one, opened, doors } = line();
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    opened[0]?.say({ type: "reload", sequence: 0, reason: "…" });
    expect(doors.reload).toHaveBeenCalledOnce();
    expect(doors.hear).not.toHaveBeenCalled();
  });

  it("waits longer each time, and hurries when the network is back", async () => {
    const { line: one, doors } = line();
    doors.ticket.mockRejectedValue(new TypeError());
    one.open();
    await vi.advanceTimersByTimeAsync(60_000);
    const tries = doors.ticket.mock.calls.length;
    expect(tries).toBeGreaterThan(4);
    expect(tries).toBeLessThan(14);
    one.hurry();
    expect(doors.ticket).toHaveBeenCalledTimes(tries + 1);
  });

  it("tells its lag, and leaves a line that has gone silent", async () => {
    const { line: one, opened, doors } = line();
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    opened[0]?.onopen();
    await vi.advanceTimersByTimeAsync(24);
    opened[0]?.say({ type: "pong", sequence: 7 });
    expect(doors.lag).toHaveBeenCalledWith(12);
    await vi.advanceTimersByTimeAsync(65_000);
    expect(opened.length).toBeGreaterThan(1);
  });

  it("that is closed stays so", async () => {
    const { line: one, opened } = line();
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    one.close();
    await vi.advanceTimersByTimeAsync(60_000);
    one.hurry();
    expect(opened).toHaveLength(1);
  });
});
