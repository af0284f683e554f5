import { useEffect, useRef } from "react";

/** Lets an element fade from a tint when what it shows changes; the tint's end and its absence are the style's. */
export function useFlash<T extends HTMLElement>(shown: unknown) {
  const element = useRef<T>(null);
  const before = useRef(shown);
  useEffect(() => {
    if (Object.is(before.current, shown)) return;
    before.current = shown;
    const target = element.current;
    if (!target) return;
    target.classList.remove("changed");
    const frame = requestAnimationFrame(() => target.classList.add("changed")); // begins the animation anew
    return () => cancelAnimationFrame(frame);
  }, [shown]);
  return element;
}
