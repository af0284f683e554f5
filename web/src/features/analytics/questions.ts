import { analyticsGetPerformance, analyticsGetSignals, jobsGetJob, scannerGetPerformance, type AnalyticsGetPerformanceData } from "@/client";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Wanted } from "./address";

export type By = NonNullable<NonNullable<AnalyticsGetPerformanceData["query"]>["by"]>;

const GLANCE_MS = 60_000;
const BUSY_MS = 1500;
const ENDED = ["completed", "failed", "cancelled", "interrupted"];

/** How signals turned out, by group. */
export const performance = (by: By, wanted: Wanted) =>
  queryOptions({
    queryKey: ["analytics", "performance", by, wanted],
    queryFn: async () => (await analyticsGetPerformance({ query: { by, ...wanted }, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    refetchInterval: GLANCE_MS,
  });

/** How many signals there were, and how many were traded at all. */
export const produced = (by: By, wanted: Wanted) =>
  queryOptions({
    queryKey: ["analytics", "produced", by, wanted],
    queryFn: async () => (await analyticsGetSignals({ query: { by, ...wanted }, throwOnError: true })).data,
    placeholderData: keepPreviousData,
    refetchInterval: GLANCE_MS,
  });

/** A job, asked for until it has ended. */
export const job = (id: string | null) =>
  queryOptions({
    queryKey: ["job", id],
    queryFn: async () => (await jobsGetJob({ path: { job_id: id ?? "" }, throwOnError: true })).data,
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data && ENDED.includes(state.data.status) ? false : BUSY_MS),
  });

export const scanTimes = queryOptions({
  queryKey: ["scan-times"],
  queryFn: async () => (await scannerGetPerformance({ throwOnError: true })).data,
  refetchInterval: GLANCE_MS,
});
