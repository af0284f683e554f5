import { jobsGetJob, type ShownJob } from "@/client";
import { queryOptions } from "@tanstack/react-query";
import { keys } from "./keys";

const BUSY_MS = 1_500;
const ENDED = new Set(["completed", "failed", "cancelled", "interrupted"]);

export const isOver = ({ status }: Pick<ShownJob, "status">): boolean => ENDED.has(status);

/** A job, asked for until it has ended. */
export const job = (id: string | null) =>
  queryOptions({
    queryKey: keys.job(id),
    queryFn: async () => (await jobsGetJob({ path: { job_id: id ?? "" }, throwOnError: true })).data,
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : BUSY_MS),
  });
