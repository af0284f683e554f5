import { useCallback, useEffect, useRef } from "react";

const WAIT_MS = 8_000;

/** `isLeaving`: the tab goes away; what is sent then must be sent at once, and outlive it (`keepalive`). */
type Act = (isLeaving: boolean) => void;

/** Does something a while later, or when the page is left or its tab closed; until then it can be called off. One thing at a time. */
export function useLater(wait = WAIT_MS) {
  const due = useRef<{ timer: ReturnType<typeof setTimeout>; act: Act } | null>(null);
  const now = useCallback((isLeaving = false) => {
    const one = due.current;
    due.current = null;
    if (!one) return;
    clearTimeout(one.timer);
    one.act(isLeaving);
  }, []);
  const later = useCallback(
    (act: Act) => {
      now();
      due.current = { act, timer: setTimeout(now, wait) };
    },
    [now, wait],
  );
  const off = useCallback(() => {
    if (due.current) clearTimeout(due.current.timer);
    due.current = null;
  }, []);
  useEffect(() => {
    const leave = () => now(true);
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      now();
    };
  }, [now]);
  return { later, off };
}
