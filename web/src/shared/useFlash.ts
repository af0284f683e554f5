import { useEffect, useRef } from "react";

const FLASH_MS = 400;

/** Tints an element for a moment when what it shows changes. It does not fade: of hundreds at once, each would be painted at every frame. */
export function useFlash<T extends HTMLElement>(shown: unknown) {
  const element = useRef<T>(null);
  const before = useRef(shown);
  useEffect(() => {
    if (Object.is(before.current, shown)) return;
    before.current = shown;
    const target = element.current;
    target?.classList.add("changed");
    const timer = setTimeout(() => target?.classList.remove("changed"), FLASH_MS);
    return () => clearTimeout(timer);
  }, [shown]);
  return element;
}
