import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { jobsDeleteJob, jobsListJobs, type ShownJob } from "@/client";
import { Failure } from "@/service/Failure";
import { isOver } from "@/service/jobs";
import { keys } from "@/service/keys";
import { DataTable, type Column } from "@/shared/DataTable";
import { Empty, Skeleton } from "@/shared/Empty";
import { moment, words } from "@/shared/format";
import { saidOf, took, tookWords } from "./jobs";
import { nameOf, useUsers } from "./useUsers";

const SOON_MS = 2_000;
const GLANCE_MS = 15_000;
const idOf = ({ id }: ShownJob) => id;

/** What is done behind the requests, everybody's and the system's, newest first. */
export function Jobs() {
  const queries = useQueryClient();
  const found = useInfiniteQuery({
    queryKey: keys.jobs,
    queryFn: async ({ pageParam }) => (await jobsListJobs({ query: { limit: 100, cursor: pageParam }, throwOnError: true })).data,
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.items.some((job) => !isOver(job))) ? SOON_MS : GLANCE_MS),
  });
  const people = useUsers();
  const [selected, select] = useState<string | null>(null);
  const ending = useMutation({
    mutationFn: (id: string) => jobsDeleteJob({ path: { job_id: id }, throwOnError: true }),
    onSettled: () => queries.invalidateQueries({ queryKey: keys.jobs }),
  });
  const items = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  const names = useMemo(() => new Map(people.data?.pages.flatMap((page) => page.items).map((user) => [user.id, nameOf(user)])), [people.data]);
  const { mutate } = ending;
  const now = found.dataUpdatedAt;
  const columns = useMemo(() => columnsOf({ names, now, end: mutate }), [names, now, mutate]);
  const running = items.filter((job) => !isOver(job)).length;
  const chosen = items.find(({ id }) => id === selected);
  return (
    <section className="part" aria-label="Jobs">
      <header>
        <h2>Jobs</h2>
        <span className="quiet">{running > 0 ? `${running} to be done` : "nothing is being done"}</span>
      </header>
      {ending.error && <Failure error={ending.error} />}
      {found.error && !found.data ? (
        <Failure error={found.error} again={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton rows={8} />
      ) : (
        <DataTable
          label="All jobs"
          rows={items}
          columns={columns}
          id={idOf}
          selected={selected}
          onSelect={({ id }) => select(id)}
          empty={<Empty title="No jobs">Range scans, training and what the service does by the clock are listed here.</Empty>}
        />
      )}
      {chosen && <About job={chosen} />}
      {found.hasNextPage && (
        <p className="more">
          <Button size="compact-sm" variant="default" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            Load more
          </Button>
        </p>
      )}
    </section>
  );
}

interface Known {
  names: ReadonlyMap<string, string>;
  now: number;
  end: (id: string) => void;
}

const at = (time: string | null) => (time ? moment(time) : "–");

function columnsOf({ names, now, end }: Known): Column<ShownJob>[] {
  const whose = ({ user_id }: ShownJob) => (user_id ? (names.get(user_id) ?? user_id) : "the system");
  return [
    { id: "kind", title: "job", width: 110, value: ({ kind }) => kind, cell: ({ kind, id }) => <b title={id}>{words(kind)}</b> },
    { id: "whose", title: "whose", width: 130, value: whose, cell: (job) => <span title={whose(job)}>{whose(job)}</span> },
    { id: "status", title: "state", width: 96, value: ({ status }) => status, cell: ({ status }) => <span className={status === "failed" || status === "interrupted" ? "refusal" : ""}>{status}</span> },
    {
      id: "progress",
      title: "progress",
      width: 120,
      isNumber: true,
      value: ({ progress_percent }) => progress_percent,
      cell: (job) => (
        <span className="progress">
          {!isOver(job) && <progress max={100} value={job.progress_percent} aria-label={`Progress of ${job.id}`} />} {Math.round(job.progress_percent)} %
        </span>
      ),
    },
    { id: "said", title: "said", width: 260, value: saidOf, cell: (job) => <span className={job.error && job.status !== "completed" ? "refusal" : "quiet"} title={saidOf(job)}>{saidOf(job)}</span> },
    { id: "attempt", title: "attempt", width: 72, isNumber: true, value: ({ attempt }) => attempt, cell: ({ attempt, max_attempts }) => `${attempt} of ${max_attempts}` },
    { id: "created", title: "asked", width: 120, value: ({ created_at }) => created_at, cell: ({ created_at }) => at(created_at) },
    { id: "took", title: "took", width: 72, isNumber: true, value: (job) => took(job, now), cell: (job) => tookWords(job, now) },
    {
      id: "end",
      title: "end",
      width: 72,
      value: () => undefined,
      cell: (job) => (
        <button
          type="button"
          className="plain quiet"
          disabled={job.cancel_requested && !isOver(job)}
          aria-label={`${isOver(job) ? "Remove" : "Cancel"} ${job.id}`}
          onClick={(event) => {
            event.stopPropagation();
            end(job.id);
          }}
        >
          {isOver(job) ? "remove" : "cancel"}
        </button>
      ),
    },
  ];
}

function About({ job }: { job: ShownJob }) {
  const result = job.result === null || job.result === undefined ? "" : JSON.stringify(job.result, null, 1);
  return (
    <section className="about-job" aria-label="The chosen job">
      <p>
        <b>{words(job.kind)}</b> <code>{job.id}</code> <span className="quiet">asked {at(job.created_at)}, begun {at(job.started_at)}, ended {at(job.finished_at)}</span>
      </p>
      {job.error && <p className="refusal">{job.error}</p>}
      {result && <pre tabIndex={0}>{result.slice(0, 4000)}</pre>}
    </section>
  );
}
