import type { SocketState } from "./socket";

export interface LineState {
  state: SocketState;
  /** ms, null until it is known */
  lag: number | null;
  /** This computer's clock when it broke; null while it is open, or was not open yet. */
  lostAt: number | null;
}

const ASLEEP: LineState = { state: "connecting", lag: null, lostAt: null };

/** How the page's lines stand, as one: it is open when all of them are. */
export class Lines {
  private readonly each = new Map<string, LineState>();
  private readonly listeners = new Set<() => void>();
  private whole: LineState = ASLEEP;

  listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  now = (): LineState => this.whole;

  /** Note a line's state. */
  turn(path: string, state: SocketState, at = Date.now()): void {
    const before = this.each.get(path) ?? ASLEEP;
    const lostAt = state === "open" ? null : before.state === "open" ? at : before.lostAt;
    this.put(path, { state, lag: state === "open" ? before.lag : null, lostAt });
  }

  /** Note a line's lag. */
  lags(path: string, lag: number): void {
    this.put(path, { ...(this.each.get(path) ?? ASLEEP), lag });
  }

  /** Forget a line that is not wanted any more. */
  drop(path: string): void {
    this.each.delete(path);
    this.tell();
  }

  private put(path: string, state: LineState): void {
    this.each.set(path, state);
    this.tell();
  }

  private tell(): void {
    const all = [...this.each.values()];
    const lost = all.flatMap(({ lostAt }) => (lostAt === null ? [] : [lostAt]));
    this.whole = {
      state: all.find(({ state }) => state !== "open")?.state ?? (all.length > 0 ? "open" : "connecting"),
      lag: all.find(({ lag }) => lag !== null)?.lag ?? null,
      lostAt: lost.length > 0 ? Math.min(...lost) : null,
    };
    this.listeners.forEach((told) => told());
  }
}
