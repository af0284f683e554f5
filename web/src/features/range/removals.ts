/** A scan that is being deleted: out of sight, and there as long as it can be undone. */
interface Removal {
  id: string;
  name: string;
}

interface Trouble {
  removal: Removal;
  error: unknown;
}

/** `isLeaving`: the page goes away; what is sent then must outlive it. */
type Remove = (id: string, isLeaving: boolean) => Promise<void>;

export const UNDO_MS = 8_000;

/** Deletes when the time to undo it is over, when another one is deleted, or when the page is left. */
export class Removals {
  waiting: Removal | null = null;
  /** What could not be deleted last. */
  trouble: Trouble | null = null;
  /** Those that are out of sight: waiting, or gone for good. */
  hidden: ReadonlySet<string> = new Set();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly remove: Remove) {}

  listen = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  begin(removal: Removal): void {
    this.finish();
    this.waiting = removal;
    this.trouble = null;
    this.hidden = new Set([...this.hidden, removal.id]);
    this.timer = setTimeout(() => this.finish(), UNDO_MS);
    this.tell();
  }

  undo(): void {
    clearTimeout(this.timer);
    if (this.waiting) this.show(this.waiting.id);
    this.waiting = null;
    this.tell();
  }

  finish(isLeaving = false): void {
    clearTimeout(this.timer);
    const removal = this.waiting;
    if (!removal) return;
    this.waiting = null;
    this.tell();
    this.remove(removal.id, isLeaving).catch((error: unknown) => {
      this.show(removal.id);
      this.trouble = { removal, error };
      this.tell();
    });
  }

  private show(id: string): void {
    this.hidden = new Set([...this.hidden].filter((one) => one !== id));
  }

  private tell(): void {
    this.listeners.forEach((told) => told());
  }
}
