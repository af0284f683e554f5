import { useCallback, useEffect, useRef } from "react";

const WAIT_MS = 8_000;

/** Does something a while later, or when the page is left; until then it can be called off. One thing at a time. */
export function useLater(wait = WAIT_MS) {
  const due = useRef<{ timer: ReturnType<typeof setTimeout>; act: () => void } | null>(null);
  const now = useCallback(() => {
    const one = due.current;
    due.current = null;
    if (!one) return;
    clearTimeout(one.timer);
    one.act();
  }, []);
  const later = useCallback(
    (act: () => void) => {
      now();
      due.current = { act, timer: setTimeout(now, wait) };
    },
    [now, wait],
  );
  const off = useCallback(() => {
    if (due.current) clearTimeout(due.current.timer);
    due.current = null;
  }, []);
  useEffect(() => now, [now]);
  return { later, off };
}
