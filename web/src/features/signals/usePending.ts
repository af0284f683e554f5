import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { signalsChangeStatus, type ShownSignal, type SignalPage } from "@/client";
import { keys } from "@/service/keys";
import { problemOf } from "@/service/problem";
import { useLater } from "@/shared/useLater";
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
  const { later, off } = useLater(UNDO_MS);

  function give(made: Pending): void {
    const sent = { ...made, isSent: true };
    set(sent);
    send(queries, made)
      .catch((error: unknown) => refuse(`${made.signal.symbol}: ${problemOf(error).detail}`))
      .finally(() => set((now) => (now === sent ? null : now)));
  }
  const change = (signal: ShownSignal, to: Status): void => {
    const made = { signal, to };
    later(() => give(made));
    refuse("");
    set(made);
  };
  const undo = (): void => {
    off();
    set(null);
  };
  return { pending, refused, change, undo };
}

async function send(queries: QueryClient, { signal, to }: Pending): Promise<void> {
  const { data: after } = await signalsChangeStatus({ path: { signal_id: signal.id }, body: { status: to }, keepalive: true, throwOnError: true });
  queries.setQueriesData<SignalPage>({ queryKey: keys.allSignals }, (page) =>
    page && Array.isArray(page.items) ? { ...page, items: page.items.map((one) => (one.id === after.id ? after : one)) } : page,
  );
  await queries.invalidateQueries({ queryKey: keys.signal(signal.id) });
}
