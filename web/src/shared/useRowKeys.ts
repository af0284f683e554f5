import { useEffect, useRef } from "react";

/** `g` and a letter go to another page: a letter that comes so soon behind it is not meant here. */
const SOON_MS = 1200;
const WRITING = "input, textarea, select, [contenteditable], [role=dialog]";

/** Keys of the row that is looked at, wherever the focus is, unless something is being written. */
export function useRowKeys(keys: Record<string, () => void>): void {
  const now = useRef(keys);
  useEffect(() => {
    now.current = keys;
  });
  useEffect(() => {
    let going = 0;
    function pressed(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(WRITING)) return;
      if (event.key === "g") going = Date.now();
      else if (Date.now() - going > SOON_MS) now.current[event.key]?.();
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}
