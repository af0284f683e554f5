import { scannerStartLive, scannerStopLive, type LiveStatus } from "@/client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "./keys";

/** Start the user's live scanner, as it was asked the last time, or stop it. */
export function useLiveScanner() {
  const queries = useQueryClient();
  const settled = () => queries.invalidateQueries({ queryKey: keys.liveStatus });
  const start = useMutation({
    mutationFn: () => {
      const before = queries.getQueryData<LiveStatus>(keys.liveStatus)?.asked;
      return scannerStartLive({ body: before ?? {}, throwOnError: true });
    },
    onSettled: settled,
  });
  const stop = useMutation({ mutationFn: () => scannerStopLive({ throwOnError: true }), onSettled: settled });
  return { start, stop, error: start.error ?? stop.error };
}
