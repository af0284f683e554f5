import { useEffect, useRef } from "react";

const STILL = "(prefers-reduced-motion: reduce)";

/** Lets an element fade from a tint when what it shows changes. Nobody hears of it: an animation of styles would tell the page twice. */
export function useFlash<T extends HTMLElement>(shown: unknown) {
  const element = useRef<T>(null);
  const before = useRef(shown);
  useEffect(() => {
    if (Object.is(before.current, shown)) return;
    before.current = shown;
    if (matchMedia(STILL).matches) return;
    element.current?.animate({ background: ["var(--tint)", "transparent"] }, { duration: 600, easing: "ease-out" });
  }, [shown]);
  return element;
}
