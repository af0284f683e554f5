import { useEffect, useRef } from "react";

/** What closes each of the things that are open, the last one on top. */
const closings: (() => void)[] = [];

/** Lets escape close something while it is open, wherever the focus is. */
export function useEscape(isOpen: boolean, close: () => void): void {
  const now = useRef(close);
  useEffect(() => {
    now.current = close;
  });
  useEffect(() => {
    if (!isOpen) return;
    const mine = () => now.current();
    closings.push(mine);
    return () => void closings.splice(closings.indexOf(mine), 1);
  }, [isOpen]);
}

/** Close what was opened last; returns whether anything was open. */
export function closeLast(): boolean {
  const close = closings.at(-1);
  close?.();
  return close !== undefined;
}
