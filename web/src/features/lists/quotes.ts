import { marketDataQuotes, type Quotes } from "@/client";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";

const AT_ONCE = 800; // symbols of one address
const GLANCE_MS = 30_000;

async function quotesOf(symbols: readonly string[]): Promise<Pick<Quotes, "items" | "missing">> {
  const parts: string[] = [];
  for (let from = 0; from < symbols.length; from += AT_ONCE) parts.push(symbols.slice(from, from + AT_ONCE).join(","));
  const answers = await Promise.all(parts.map((part) => marketDataQuotes({ query: { symbols: part }, throwOnError: true })));
  return { items: answers.flatMap(({ data }) => data.items), missing: answers.flatMap(({ data }) => data.missing) };
}

/** The quotes of a list of any length, and which of its symbols have none. */
export const listQuotes = (symbols: readonly string[]) => {
  const sorted = symbols.toSorted();
  return queryOptions({
    queryKey: ["list-quotes", ...sorted],
    queryFn: () => quotesOf(sorted),
    enabled: sorted.length > 0,
    refetchInterval: GLANCE_MS,
    placeholderData: keepPreviousData,
  });
};

/** Which of some symbols nothing is known of, and why: asked before they are put on a list. */
export const unknown = (symbols: readonly string[]) =>
  queryOptions({
    queryKey: ["unknown-symbols", ...symbols],
    queryFn: async () => (await quotesOf(symbols)).missing,
    enabled: symbols.length > 0,
    staleTime: 60_000,
  });
