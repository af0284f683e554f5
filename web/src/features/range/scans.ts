import {
  jobsDeleteJob,
  rangeScansDeleteScan,
  rangeScansExecuteScan,
  rangeScansGetProgress,
  rangeScansGetResults,
  rangeScansListScans,
  type ScanProgress,
  type ScanRequest,
  type ScanResults,
} from "@/client";
import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { queries as kept } from "@/service/ask";
import { problemOf } from "@/service/problem";
import { Removals } from "./removals";

export type Status = ScanProgress["status"];
export const isGoingOn = (status: Status | undefined): boolean => status === "queued" || status === "running";
/** Whether what there is of it is not all there is to find. */
export const isPartial = (status: Status): boolean => status !== "completed";

export const keys = {
  list: ["range-scans"],
  progress: (id: string) => ["range-scan", id],
  results: (id: string) => ["range-results", id],
} as const;

const LOOK_MS = 1_000;
const LISTED = 200;

/** Each look is one try: the next one comes in a second, and what was known stays meanwhile. */
const LOOKING = { retry: false, networkMode: "always", staleTime: 0 } as const;

export const scanList = queryOptions({
  queryKey: keys.list,
  queryFn: async () => (await rangeScansListScans({ query: { limit: LISTED }, throwOnError: true })).data,
  ...LOOKING,
  refetchInterval: ({ state }) => (state.error ?? state.data?.items.some(({ status }) => isGoingOn(status)) ? LOOK_MS : false),
});

const isOver = (data: { status: Status } | undefined, error: unknown) =>
  (data !== undefined && !isGoingOn(data.status)) || problemOf(error).status === 404;

export const progressOf = (id: string) =>
  queryOptions({
    queryKey: keys.progress(id),
    queryFn: async () => (await rangeScansGetProgress({ path: { scan_id: id }, throwOnError: true })).data,
    ...LOOKING,
    refetchInterval: ({ state }) => (isOver(state.data, state.error) ? false : LOOK_MS),
  });

/** The rows so far; they are asked for again only where the progress says that there are others. */
export const resultsOf = (id: string, queries: QueryClient) =>
  queryOptions({
    queryKey: keys.results(id),
    queryFn: async () => {
      const known = queries.getQueryData<ScanResults>(keys.results(id));
      const now = queries.getQueryData<ScanProgress>(keys.progress(id));
      const isSame = known && now && known.status === now.status && known.total_found === now.results_found;
      return isSame ? known : (await rangeScansGetResults({ path: { scan_id: id }, throwOnError: true })).data;
    },
    ...LOOKING,
    structuralSharing: false,
    refetchInterval: ({ state }) => (isOver(state.data, state.error) ? false : LOOK_MS),
  });

interface Asking {
  request: ScanRequest;
  /** However often it is sent, one scan comes of it. */
  key: string;
}

export function useExecute() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ request, key }: Asking) =>
      (await rangeScansExecuteScan({ body: request, headers: { "Idempotency-Key": key }, throwOnError: true })).data,
    retry: (count, error) => problemOf(error).status === 0 && count < 2,
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.list }),
  });
}

/** As the job that it is: where it has ended in the meantime, the scan and its rows stay. */
export function useCancel() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => jobsDeleteJob({ path: { job_id: id }, throwOnError: true }),
    onSettled: (_data, _error, id) =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.progress(id) }),
        queries.invalidateQueries({ queryKey: keys.list }),
      ]),
  });
}

export const removals = new Removals(async (id, isLeaving) => {
  try {
    await rangeScansDeleteScan({ path: { scan_id: id }, keepalive: isLeaving, throwOnError: true });
  } catch (error) {
    if (problemOf(error).status !== 404) throw error; // gone already
  }
  kept.removeQueries({ queryKey: keys.progress(id) });
  kept.removeQueries({ queryKey: keys.results(id) });
  await kept.invalidateQueries({ queryKey: keys.list });
});
if (typeof addEventListener === "function") addEventListener("pagehide", () => removals.finish(true));

export function useRemovals() {
  const waiting = useSyncExternalStore(removals.listen, () => removals.waiting);
  const hidden = useSyncExternalStore(removals.listen, () => removals.hidden);
  const trouble = useSyncExternalStore(removals.listen, () => removals.trouble);
  return { waiting, hidden, trouble };
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
