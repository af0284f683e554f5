import { useSyncExternalStore } from "react";
import { session } from "@/shared/format";

/** Less than this much apart, this computer's clock is as good as the service's. */
const APART_MS = 2_000;

let ahead = 0;
const listeners = new Set<() => void>();
let second = 0;
let timer: ReturnType<typeof setInterval> | null = null;

/** Learn what the service's clock said at an instant of this computer's. */
export function keepTime(theirs: number, ours: number): void {
  const found = theirs - ours;
  ahead = Math.abs(found) < APART_MS ? 0 : found;
}

/** The service's clock, ms: sessions are shown by it, however wrong this computer's is. */
export const serviceNow = (): number => Date.now() + ahead;

/** This computer's clock, a second at a time; one timer for all who look. */
export function useSecond(): number {
  return useSyncExternalStore(listen, () => (second ||= Date.now()));
}

/** The service's clock, a second at a time. */
export const useServiceNow = (): number => useSecond() + ahead;

/** The date at the exchange; who looks is drawn anew when it changes. */
export const useToday = (): string => useSyncExternalStore(listen, () => session((second ||= Date.now()) + ahead));

function listen(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
    second = 0;
  };
}

function tick(): void {
  second = Date.now();
  listeners.forEach((told) => told());
}
