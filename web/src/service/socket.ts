export type SocketState = "connecting" | "open" | "waiting";

export interface Message {
  type: string;
  sequence: number;
  [field: string]: unknown;
}

interface Doors {
  /** A one-use ticket; rejects where nobody is signed in. */
  ticket: () => Promise<string>;
  open: (url: string) => WebSocket;
  hear: (message: Message) => void;
  /** What is on screen can't be continued: ask for all of it again. */
  reload: () => void;
  state: (state: SocketState) => void;
  lag: (ms: number) => void;
}

const PING_MS = 15_000;
const SILENT_MS = 20_000;
const LONGEST_MS = 15_000;

/**
 * A line to the service that comes back by itself and asks for what it missed.
 *
 * A message's `sequence` grows; 0 marks the middle of a whole, which is begun anew when the line breaks there. The lag
 * is half of what a ping and its pong take.
 */
export class Line {
  private socket: WebSocket | null = null;
  private since: number | null = null;
  private tries = 0;
  private pinged = 0;
  private heardAt = 0;
  private timers: ReturnType<typeof setTimeout>[] = [];
  private beat: ReturnType<typeof setInterval> | null = null;
  private closed = false;

  constructor(
    private readonly path: string,
    private readonly doors: Doors,
  ) {}

  open(): void {
    if (!this.closed) void this.connect();
  }

  close(): void {
    this.closed = true;
    this.timers.forEach(clearTimeout);
    this.quiet();
    this.socket?.close();
  }

  /** Come back at once: the network has returned, or the page is looked at again. */
  hurry(): void {
    if (this.closed || this.socket) return;
    this.timers.forEach(clearTimeout);
    this.timers = [];
    void this.connect();
  }

  private async connect(): Promise<void> {
    this.doors.state("connecting");
    let ticket: string;
    try {
      ticket = await this.doors.ticket();
    } catch {
      this.later();
      return;
    }
    if (this.isClosed() || this.socket) return;
    const query = new URLSearchParams({ ticket });
    if (this.since !== null) query.set("since", String(this.since));
    const socket = this.doors.open(`${this.path}?${query}`);
    this.socket = socket;
    socket.onopen = () => {
      this.heardAt = Date.now();
      this.doors.state("open");
      this.beat = setInterval(() => this.ping(), PING_MS);
      this.ping();
    };
    socket.onmessage = (event: MessageEvent<string>) => this.take(JSON.parse(event.data) as Message);
    socket.onclose = () => this.lost(socket);
  }

  private take(message: Message): void {
    this.heardAt = Date.now();
    if (message.type === "pong") {
      this.doors.lag(Math.round((Date.now() - this.pinged) / 2));
      return;
    }
    this.tries = 0;
    if (message.type === "reload") {
      this.since = null;
      this.doors.reload();
      return;
    }
    if (message.sequence > 0) this.since = message.sequence;
    this.doors.hear(message);
  }

  private ping(): void {
    if (Date.now() - this.heardAt > PING_MS + SILENT_MS) {
      this.socket?.close();
      return;
    }
    this.pinged = Date.now();
    this.socket?.send('{"action": "ping"}');
  }

  private lost(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.quiet();
    if (!this.closed) this.later();
  }

  private later(): void {
    if (this.isClosed()) return;
    this.doors.state("waiting");
    const wait = Math.min(500 * 2 ** this.tries++, LONGEST_MS) * (0.75 + Math.random() / 2);
    this.timers = [setTimeout(() => void this.connect(), wait)];
  }

  private quiet(): void {
    if (this.beat !== null) clearInterval(this.beat);
    this.beat = null;
  }

  private isClosed(): boolean {
    return this.closed;
  }
}
