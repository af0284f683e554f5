import type { ShownSignal, SignalPage } from "@/client";

const MOST = 1_000;
const heard: { number: number; signal: ShownSignal }[] = [];
let last = 0;

/** Remember a signal that was told: an answer that was on its way then may not have it yet. */
export function noteSignal(signal: ShownSignal): void {
  heard.push({ number: ++last, signal });
  if (heard.length > MOST) heard.shift();
}

/** Ask for a page of signals, and add what was told since it was asked for. */
export async function withHeard(filter: object, ask: () => Promise<SignalPage>): Promise<SignalPage> {
  const before = last;
  const page = await ask();
  return heard.filter(({ number }) => number > before).reduce((so, { signal }) => withSignal(so, signal, filter), page);
}

/** A page with a signal that is new, where it belongs to it, or has become something else. */
export function withSignal(page: SignalPage, signal: ShownSignal, filter: object): SignalPage {
  const known = page.items.some((one) => one.id === signal.id);
  if (known) return { ...page, items: page.items.map((one) => (one.id === signal.id ? { ...one, ...signal } : one)) };
  return isWanted(signal, filter) && !isBehind(page, signal) ? { ...page, items: [signal, ...page.items] } : page;
}

/** Whether a signal stands on a page that comes after this one: of an older bar than all that are here, the newest first. */
function isBehind({ items, next_cursor }: SignalPage, signal: ShownSignal): boolean {
  const end = items.at(-1);
  if (!end || next_cursor === null) return false;
  return signal.bar_time === end.bar_time ? signal.id < end.id : signal.bar_time < end.bar_time;
}

const SAME = ["symbol", "scanner", "pattern", "direction", "status", "phase"] as const;

/** Whether `GET /api/v1/signals` would list a signal on its first page. */
function isWanted(signal: ShownSignal, filter: object): boolean {
  const asked = filter as Record<string, unknown>;
  const day = signal.bar_time.slice(0, 10);
  return (
    !asked.cursor &&
    SAME.every((name) => !asked[name] || asked[name] === signal[name]) &&
    (typeof asked.min_confidence !== "number" || (signal.confidence ?? 0) >= asked.min_confidence) &&
    (typeof asked.from !== "string" || !asked.from || day >= asked.from) &&
    (typeof asked.to !== "string" || !asked.to || day <= asked.to)
  );
}
