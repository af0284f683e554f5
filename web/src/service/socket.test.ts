import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Line } from "./socket";

class Fake {
  onopen = () => {};
  onclose = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  readyState = 1;
  sent: string[] = [];
  constructor(readonly url: string) {}
  send = (text: string) => this.sent.push(text);
  close = () => this.onclose();
  say = (message: object) => this.onmessage({ data: JSON.stringify(message) });
}

function line(more: { opened?: (say: (message: object) => void) => void } = {}) {
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
    time: vi.fn(),
    ...more,
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

  it("does not ask twice at once, however often it is hurried", async () => {
    const { line: one, doors } = line();
    doors.ticket.mockReturnValue(new Promise(() => {}));
    one.open();
    one.hurry();
    one.hurry();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(doors.ticket).toHaveBeenCalledOnce();
  });

  it("waits longer for a service that lets it in and throws it out again", async () => {
    const { line: one, opened } = line();
    one.open();
    for (let second = 0; second < 60; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      const last = opened.at(-1);
      last?.onopen();
      last?.say({ type: "snapshot", sequence: 1 });
      last?.close();
    }
    expect(opened.length).toBeLessThan(14);
  });

  it("tells its lag and the service's clock, and leaves a line that has gone silent", async () => {
    const { line: one, opened, doors } = line();
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    opened[0]?.onopen();
    const pinged = Date.now();
    await vi.advanceTimersByTimeAsync(24);
    opened[0]?.say({ type: "pong", sequence: 7, timestamp: "2025-07-01T14:00:00Z" });
    expect(doors.lag).toHaveBeenCalledWith(12);
    expect(doors.time).toHaveBeenCalledWith(Date.UTC(2025, 6, 1, 14), pinged + 12);
    if (opened[0]) opened[0].close = () => {}; // a network that is gone tells no end
    await vi.advanceTimersByTimeAsync(65_000);
    expect(opened.length).toBeGreaterThan(1);
    opened[0]?.say({ type: "signal", sequence: 8 });
    expect(doors.hear).not.toHaveBeenCalled();
  });

  it("leaves a line that does not open", async () => {
    const { line: one, opened } = line();
    one.open();
    await vi.advanceTimersByTimeAsync(12_000);
    expect(opened).toHaveLength(2);
  });

  it("says what has to be asked for first each time it opens, and what it is told to say while it is", async () => {
    const { line: one, opened } = line({ opened: (say) => say({ action: "subscribe", symbols: ["AAPL"] }) });
    one.say({ action: "lost" });
    one.open();
    await vi.advanceTimersByTimeAsync(0);
    opened[0]?.onopen();
    one.say({ action: "unsubscribe", symbols: ["AAPL"] });
    opened[0]?.close();
    await vi.advanceTimersByTimeAsync(2_000);
    opened[1]?.onopen();
    const said = opened.map(({ sent }) => sent.map((text) => (JSON.parse(text) as { action: string }).action));
    expect(said).toEqual([["subscribe", "ping", "unsubscribe"], ["subscribe", "ping"]]);
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
