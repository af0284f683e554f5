import { analyticsGetPerformance, analyticsGetSignals, type AnalyticsGetPerformanceData } from "@/client";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import type { Wanted } from "./address";

export type By = NonNullable<NonNullable<AnalyticsGetPerformanceData["query"]>["by"]>;

const GLANCE_MS = 60_000;

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
