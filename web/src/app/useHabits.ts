import { useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { closeLast } from "@/shared/escape";
import { PAGES } from "./pages";

const pageOf = (key: string) => PAGES.find((page) => page.key === key);
const SOON_MS = 1200;

/** Whether keys are being written into something. */
export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** `/` search · `g` and a letter go · `?` all keys · `esc` closes what is open, leaves a field, or goes back. */
export function useHabits({ help }: { help: () => void }): void {
  const go = useNavigate();
  const { history } = useRouter();
  const going = useRef(0);
  useEffect(() => {
    function pressed(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === "Escape") {
        if (isWriting(event.target) && !(event.target as HTMLElement).closest("[role=dialog]")) (event.target as HTMLElement).blur();
        else if (!closeLast() && !event.repeat && history.canGoBack()) history.back();
        return;
      }
      if (isWriting(event.target)) return;
      const page = pageOf(event.key);
      if (page && Date.now() - going.current < SOON_MS) {
        going.current = 0;
        void go({ to: page.to });
      } else if (event.key === "g") {
        going.current = Date.now();
      } else if (event.key === "/") {
        document.querySelector<HTMLInputElement>("#search")?.focus();
      } else if (event.key === "?") {
        help();
      } else if ((event.key === "j" || event.key === "k") && !(event.target as HTMLElement).closest(".table")) {
        document.querySelector<HTMLElement>(".page .table")?.focus();
      } else {
        return;
      }
      event.preventDefault();
    }
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [go, help, history]);
}
