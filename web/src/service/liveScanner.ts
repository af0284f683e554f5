import { scannerPutConfig, scannerStartLive, scannerStopLive, type EffectiveConfig, type LiveQuestion } from "@/client";
import { queryOptions, useMutation, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { keys } from "./keys";
import { liveStatus } from "./questions";

/** Every parameter that was in effect when it was said last: the service says it of a change. */
export const inEffect = queryOptions({
  queryKey: keys.liveConfig,
  queryFn: (): EffectiveConfig | null => null,
  enabled: false,
  initialData: null,
});

/** What the user's live scanner was asked the last time, as the service has it now: a start takes the place of all of it. */
async function askedBefore(queries: QueryClient): Promise<LiveQuestion> {
  return (await queries.query({ ...liveStatus, staleTime: 0 })).asked ?? {};
}

/** Start the user's live scanner as it was asked the last time, or with another question; change its parameters; stop it. */
export function useLiveScanner() {
  const queries = useQueryClient();
  const news = {
    onSuccess: (effective: EffectiveConfig) => queries.setQueryData<EffectiveConfig | null>(keys.liveConfig, effective),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.liveStatus }),
  };
  const begin = async (body: LiveQuestion) => (await scannerStartLive({ body, throwOnError: true })).data;
  const start = useMutation({ mutationFn: async () => begin(await askedBefore(queries)), ...news });
  const startWith = useMutation({ mutationFn: begin, ...news });
  const change = useMutation({
    mutationFn: async (config: NonNullable<LiveQuestion["config"]>) => (await scannerPutConfig({ body: { config }, throwOnError: true })).data,
    ...news,
  });
  const stop = useMutation({ mutationFn: () => scannerStopLive({ throwOnError: true }), onSettled: news.onSettled });
  return { start, startWith, change, stop, error: start.error ?? stop.error };
}
