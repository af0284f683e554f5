import { useEffect, useRef } from "react";
import type { Timeframe } from "./address";

const TIMEFRAMES: Record<string, Timeframe> = { "1": "1m", "5": "5m", "15": "15m", h: "1h", "4": "4h", d: "1d", W: "1w" };
/** So long a `1` waits for the `5` of `15`, and a letter behind `g` belongs to it. */
const SOON_MS = 400;
const GOING_MS = 1_200;

export interface Acts {
  show: (timeframe: Timeframe) => void;
  watch: () => void;
  alert: () => void;
  table: () => void;
}

const isWriting = (target: EventTarget | null) => target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `1 5 15 h 4 d W` timeframes, and `w` on the chart itself; elsewhere `w` watch; `a` alert; `t` table. */
export function useKeys(acts: Acts): void {
  const given = useRef(acts);
  useEffect(() => {
    given.current = acts;
  });
  useEffect(() => {
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let going = 0;
    function pressed(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isWriting(event.target)) return;
      if (event.key === "g") going = Date.now();
      if (event.defaultPrevented || Date.now() - going < GOING_MS) return;
      const { show, watch, alert, table } = given.current;
      const isFifteen = event.key === "5" && waiting !== undefined;
      clearTimeout(waiting);
      waiting = undefined;
      const isOnChart = (event.target as HTMLElement).closest(".canvas") !== null;
      const timeframe = isFifteen ? "15m" : event.key === "w" && isOnChart ? "1w" : TIMEFRAMES[event.key];
      if (event.key === "1") {
        waiting = setTimeout(() => {
          waiting = undefined;
          show("1m");
        }, SOON_MS);
      } else if (timeframe) show(timeframe);
      else if (event.key === "w") watch();
      else if (event.key === "a") alert();
      else if (event.key === "t") table();
      else return;
      event.preventDefault();
    }
    addEventListener("keydown", pressed);
    return () => {
      clearTimeout(waiting);
      removeEventListener("keydown", pressed);
    };
  }, []);
}
