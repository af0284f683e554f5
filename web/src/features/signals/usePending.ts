import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { signalsChangeStatus, type ShownSignal, type SignalPage } from "@/client";
import { keys } from "@/service/keys";
import { problemOf } from "@/service/problem";
import type { Status } from "./address";

/** A status that is given to a signal. It can be taken back until it is sent, and is shown until it has arrived. */
export interface Pending {
  signal: ShownSignal;
  to: Status;
  isSent?: boolean;
}

/** Where a status may go; the service refuses anything else. */
export const WAYS: Readonly<Partial<Record<Status, readonly Status[]>>> = {
  active: ["triggered", "expired", "cancelled"],
  triggered: ["closed", "cancelled"],
};

export const UNDO_MS = 6_000;

/**
 * A change of status by hand. What a status was it can't become again, so a change waits a moment before it is sent:
 * until then it is undone; who leaves the page has meant it.
 */
export function usePending() {
  const queries = useQueryClient();
  const [pending, set] = useState<Pending | null>(null);
  const [refused, refuse] = useState("");
  const waiting = useRef<{ change: Pending; timer: ReturnType<typeof setTimeout> } | null>(null);

  const flush = useCallback(() => {
    const held = waiting.current;
    if (!held) return;
    clearTimeout(held.timer);
    waiting.current = null;
    const sent = { ...held.change, isSent: true };
    set(sent);
    send(queries, held.change)
      .catch((error: unknown) => refuse(`${held.change.signal.symbol}: ${problemOf(error).detail}`))
      .finally(() => set((now) => (now === sent ? null : now)));
  }, [queries]);

  useEffect(() => {
    addEventListener("pagehide", flush);
    return () => {
      removeEventListener("pagehide", flush);
      flush();
    };
  }, [flush]);

  const change = (signal: ShownSignal, to: Status): void => {
    flush();
    refuse("");
    const made = { signal, to };
    waiting.current = { change: made, timer: setTimeout(flush, UNDO_MS) };
    set(made);
  };
  const undo = (): void => {
    if (waiting.current) clearTimeout(waiting.current.timer);
    waiting.current = null;
    set(null);
  };
  return { pending, refused, change, undo, read: () => refuse("") };
}

async function send(queries: QueryClient, { signal, to }: Pending): Promise<void> {
  const { data: after } = await signalsChangeStatus({ path: { signal_id: signal.id }, body: { status: to }, keepalive: true, throwOnError: true });
  queries.setQueriesData<SignalPage>({ queryKey: keys.allSignals }, (page) =>
    page && Array.isArray(page.items) ? { ...page, items: page.items.map((one) => (one.id === after.id ? after : one)) } : page,
  );
  await queries.invalidateQueries({ queryKey: keys.signal(signal.id) });
}
