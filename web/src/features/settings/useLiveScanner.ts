import { scannerGetStatus, scannerPutConfig, scannerStartLive, scannerStopLive, type EffectiveConfig, type LiveQuestion } from "@/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { keys } from "@/service/keys";
import type { Config } from "./live";

const SOON_MS = 2_000;
const GLANCE_MS = 15_000;

export const liveScanner = queryOptions({
  queryKey: keys.liveStatus,
  queryFn: async () => (await scannerGetStatus({ throwOnError: true })).data,
  refetchInterval: ({ state }) => (state.data?.state === "starting" ? SOON_MS : GLANCE_MS),
});

/** Every parameter that was in effect when it was said last: the service says it of a change. */
export const inEffect = queryOptions({
  queryKey: ["live-config"],
  queryFn: (): EffectiveConfig | null => null,
  enabled: false,
  initialData: null,
});

export function useLiveScanner() {
  const queries = useQueryClient();
  const settled = () => queries.invalidateQueries({ queryKey: keys.liveStatus });
  const said = (effective: EffectiveConfig) => queries.setQueryData<EffectiveConfig | null>(inEffect.queryKey, effective);
  const start = useMutation({
    mutationFn: async (body: LiveQuestion) => (await scannerStartLive({ body, throwOnError: true })).data,
    onSuccess: said,
    onSettled: settled,
  });
  const stop = useMutation({ mutationFn: () => scannerStopLive({ throwOnError: true }), onSettled: settled });
  const change = useMutation({
    mutationFn: async (config: Config) => (await scannerPutConfig({ body: { config }, throwOnError: true })).data,
    onSuccess: said,
    onSettled: settled,
  });
  return { start, stop, change };
}
