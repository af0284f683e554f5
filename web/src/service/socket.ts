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
  /** The service's clock at an instant of this computer's, both in ms. */
  time?: (theirs: number, ours: number) => void;
  /** It is open, each time it is: what has to be asked for first is said now. */
  opened?: (say: (message: object) => void) => void;
}

const PING_MS = 15_000;
const SILENT_MS = 20_000;
const OPENING_MS = 10_000;
const STEADY_MS = 5_000;
const LONGEST_MS = 15_000;

/**
 * A line to the service that comes back by itself and asks for what it missed.
 *
 * A message's `sequence` grows; 0 marks the middle of a whole, which is begun anew when the line breaks there. The lag
 * is half of what a ping and its pong take. It waits longer before each try, until a line has held for a while.
 */
export class Line {
  private socket: WebSocket | null = null;
  private since: number | null = null;
  private tries = 0;
  private pinged = 0;
  private openedAt = 0;
  private heardAt = 0;
  private wait: ReturnType<typeof setTimeout> | null = null;
  private opening: ReturnType<typeof setTimeout> | null = null;
  private beat: ReturnType<typeof setInterval> | null = null;
  private isAsking = false;
  private isClosed = false;

  constructor(
    private readonly path: string,
    private readonly doors: Doors,
  ) {}

  open(): void {
    if (!this.isClosed) void this.connect();
  }

  close(): void {
    this.isClosed = true;
    this.still();
    this.socket?.close();
    this.socket = null;
  }

  /** Come back at once: the network has returned, or the page is looked at again. */
  hurry(): void {
    if (this.isClosed || this.socket || this.isAsking) return;
    this.still();
    void this.connect();
  }

  /** Say something, where it is open; what must be said each time it opens is said by `opened`. */
  say(message: object): void {
    if (this.socket?.readyState === OPEN) this.socket.send(JSON.stringify(message));
  }

  private async connect(): Promise<void> {
    this.doors.state("connecting");
    this.isAsking = true;
    let ticket: string;
    try {
      ticket = await this.doors.ticket();
    } catch {
      this.isAsking = false;
      this.later();
      return;
    }
    this.isAsking = false;
    if (this.hasEnded() || this.socket) return;
    const query = new URLSearchParams({ ticket });
    if (this.since !== null) query.set("since", String(this.since));
    const socket = this.doors.open(`${this.path}?${query}`);
    this.socket = socket;
    this.opening = setTimeout(() => this.leave(socket), OPENING_MS);
    socket.onopen = () => this.begin(socket);
    socket.onmessage = (event: MessageEvent<string>) => {
      if (this.socket === socket) this.take(JSON.parse(event.data) as Message);
    };
    socket.onclose = () => this.lost(socket);
  }

  private begin(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.still();
    this.openedAt = this.heardAt = Date.now();
    this.doors.state("open");
    this.doors.opened?.((message) => socket.send(JSON.stringify(message)));
    this.beat = setInterval(() => this.ping(socket), PING_MS);
    this.ping(socket);
  }

  private take(message: Message): void {
    const now = (this.heardAt = Date.now());
    if (now - this.openedAt > STEADY_MS) this.tries = 0;
    if (message.type === "pong") {
      this.doors.lag(Math.round((now - this.pinged) / 2));
      const theirs = Date.parse(String(message.timestamp));
      if (!Number.isNaN(theirs)) this.doors.time?.(theirs, (now + this.pinged) / 2);
      return;
    }
    if (message.type === "reload") {
      this.since = null;
      this.doors.reload();
      return;
    }
    if (message.sequence > 0) this.since = message.sequence;
    this.doors.hear(message);
  }

  private ping(socket: WebSocket): void {
    if (Date.now() - this.heardAt > PING_MS + SILENT_MS) {
      this.leave(socket);
      return;
    }
    this.pinged = Date.now();
    socket.send('{"action": "ping"}');
  }

  /** Give a line up without waiting for its end, which a network that is gone tells minutes later. */
  private leave(socket: WebSocket): void {
    socket.close();
    this.lost(socket);
  }

  private lost(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.still();
    this.later();
  }

  private later(): void {
    if (this.hasEnded()) return;
    this.doors.state("waiting");
    const wait = Math.min(500 * 2 ** this.tries++, LONGEST_MS) * (0.75 + Math.random() / 2);
    this.wait = setTimeout(() => void this.connect(), wait);
  }

  private still(): void {
    if (this.wait !== null) clearTimeout(this.wait);
    if (this.opening !== null) clearTimeout(this.opening);
    if (this.beat !== null) clearInterval(this.beat);
    this.wait = this.opening = this.beat = null;
  }

  private hasEnded(): boolean {
    return this.isClosed;
  }
}

const OPEN = 1;
