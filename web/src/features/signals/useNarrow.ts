import { useSyncExternalStore } from "react";

const QUERY = "(max-width: 900px)";

/** Whether the page is as narrow as a phone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(
    (told) => {
      const query = matchMedia(QUERY);
      query.addEventListener("change", told);
      return () => query.removeEventListener("change", told);
    },
    () => matchMedia(QUERY).matches,
  );
}
