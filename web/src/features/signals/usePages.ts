import { useQueries, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { signalsListSignals, type ShownSignal, type SignalPage } from "@/client";
import { withHeard } from "@/service/heard";
import { keys } from "@/service/keys";
import type { Filter } from "./address";
import { BEGINNING, pagesFor, placeOf, total, withPage, type Chain } from "./chain";

const PAGE = 200;
/** A page out of sight is kept so long; with so many signals not all of them have room. */
const KEPT_MS = 60_000;
/** So many pages are read to find again what was on top before. */
const MOST_READ = 5;

async function ask(filter: Filter, cursor: string | null, limit = PAGE): Promise<SignalPage> {
  return (await signalsListSignals({ query: { ...filter, cursor: cursor ?? undefined, limit }, throwOnError: true })).data;
}

/** Read the newest page down to where it ended before, so that the pages behind it stay what they are. */
export async function newest(before: SignalPage | undefined, read: (cursor: string | null) => Promise<SignalPage>): Promise<SignalPage> {
  let page = await read(null);
  const first = page;
  const end = before?.next_cursor ? before.items.at(-1)?.id : undefined;
  let items = page.items;
  for (let count = 1; end !== undefined && count <= MOST_READ; count++) {
    const place = items.findIndex(({ id }) => id === end);
    if (place >= 0) return { items: items.slice(0, place + 1), next_cursor: before?.next_cursor ?? null };
    if (page.next_cursor === null) break;
    page = await read(page.next_cursor);
    items = [...items, ...page.items];
  }
  return first;
}

function pageOf(queries: QueryClient, filter: Filter, cursor: string | null) {
  const queryKey = keys.signalPage(filter, cursor);
  const read = () => (cursor === null ? newest(queries.getQueryData<SignalPage>(queryKey), (from) => ask(filter, from)) : ask(filter, cursor));
  return {
    queryKey,
    queryFn: () => withHeard({ ...filter, cursor }, read),
    staleTime: Infinity, // news come by the line
    gcTime: KEPT_MS,
  };
}

export interface Pages {
  count: number;
  isWhole: boolean;
  /** A row by its place; undefined while its page is loading. */
  row: (place: number) => ShownSignal | undefined;
  newestId: string | undefined;
  /** Rows that stand before one; -1 where it is not among the newest. */
  before: (id: string) => number;
  /** The rows that are in memory. */
  shown: () => ShownSignal[];
  look: (first: number, last: number) => void;
  /** What kept the first page from being read, and what any other. */
  error: unknown;
  stuck: unknown;
  again: () => void;
  isLoading: boolean;
}

/** The signals of a filter, of which only the pages in sight are in memory. */
export function usePages(filter: Filter): Pages {
  const queries = useQueryClient();
  const name = JSON.stringify(filter);
  const [known, learn] = useState<{ name: string; chain: Chain }>({ name, chain: BEGINNING });
  const chain = known.name === name ? known.chain : BEGINNING;
  const [sight, see] = useState({ first: 0, last: 0 });
  const places = useMemo(() => pagesFor(chain, sight.first, sight.last), [chain, sight]);
  const answers = useQueries({ queries: places.map((place) => pageOf(queries, filter, chain.cursors[place] ?? null)) });
  const next = places.reduce((so, place, index) => {
    const page = answers[index]?.data;
    return page ? withPage(so, place, page.items.length, page.next_cursor) : so;
  }, chain);
  if (next !== chain) learn({ name, chain: next });

  const pages = new Map(places.map((place, index) => [place, answers[index]?.data?.items]));
  const row = (place: number) => {
    const found = placeOf(chain, place);
    return found && pages.get(found.page)?.[found.at];
  };
  const failed = (index: number) => (answers[index]?.data ? null : (answers[index]?.error ?? null));
  const error = failed(0);
  const look = useCallback((first: number, last: number) => see((before) => (before.first === first && before.last === last ? before : { first, last })), []);
  return {
    count: total(chain),
    isWhole: chain.isWhole,
    row,
    newestId: pages.get(0)?.[0]?.id,
    before: (id) => pages.get(0)?.findIndex((one) => one.id === id) ?? -1,
    shown: () => [...pages.values()].flatMap((items) => items ?? []),
    look,
    error,
    stuck: places.map((_, index) => failed(index)).find((one, index) => index > 0 && one !== null) ?? null,
    again: () => answers.forEach((one) => one.error && void one.refetch()),
    isLoading: chain.sizes.length === 0 && error === null,
  };
}
