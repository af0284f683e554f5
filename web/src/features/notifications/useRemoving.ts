import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useWanting, wantLeaving } from "@/service/wants";
import { useLater } from "@/shared/useLater";
import { withChannel } from "./channels";

/**
 * Channels that are removed: out of sight at once. An address can't be asked for again, so each is forgotten only when
 * nobody has wanted it back for a while, when the next one is removed, or when the page is left.
 */
export function useRemoving() {
  const queries = useQueryClient();
  const wanting = useWanting();
  const { later, off } = useLater();
  const [gone, hide] = useState<ReadonlySet<string>>(new Set());
  const show = (kind: string) => hide((before) => new Set([...before].filter((one) => one !== kind)));
  const forget = (kind: string, isLeaving: boolean) => {
    const change = (now: Parameters<Parameters<typeof wanting.mutate>[0]>[0]) => ({ channels: withChannel(now.channels, kind, null) });
    return isLeaving ? wantLeaving(queries, change) : wanting.mutateAsync(change);
  };
  /** `done`: it is forgotten. Returned: what has it back. */
  function remove(kind: string, done: () => void): () => void {
    later((isLeaving) => {
      done();
      forget(kind, isLeaving)
        .catch(() => undefined) // `error` says it
        .finally(() => show(kind));
    });
    hide((before) => new Set([...before, kind]));
    return () => {
      off();
      show(kind);
    };
  }
  return { gone, remove, error: wanting.error };
}
