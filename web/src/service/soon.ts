import { hashKey, type QueryClient, type QueryKey } from "@tanstack/react-query";

const AFTER_MS = 1_500;
const waiting = new WeakMap<QueryClient, Set<string>>();

/** Ask again for what news have changed: once, a moment later, however many news come meanwhile. */
export function soon(queries: QueryClient, queryKey: QueryKey): void {
  const mine = waiting.get(queries) ?? new Set<string>();
  waiting.set(queries, mine);
  const name = hashKey(queryKey);
  if (mine.has(name)) return;
  mine.add(name);
  setTimeout(() => {
    mine.delete(name);
    void queries.invalidateQueries({ queryKey });
  }, AFTER_MS);
}
