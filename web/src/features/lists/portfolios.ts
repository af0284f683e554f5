import {
  portfoliosGetPortfolio,
  portfoliosMakePortfolio,
  portfoliosPutPortfolio,
  portfoliosRemovePortfolio,
  type Portfolio,
  type PortfolioPage,
} from "@/client";
import { useMutation, useMutationState, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { keys } from "@/service/keys";
import { problemOf } from "@/service/problem";
import { changes, type Body } from "./merge";

const CHANGED = 412;
const ATTEMPTS = 4;

export const isChanged = (error: unknown): boolean => problemOf(error).status === CHANGED;

export async function get(id: string): Promise<Portfolio> {
  return (await portfoliosGetPortfolio({ path: { portfolio_id: id }, throwOnError: true })).data;
}

/** Put a body in place of what was known; refused (`isChanged`) where somebody was faster. */
export async function put(known: Portfolio, body: Body): Promise<Portfolio> {
  const headers = { "If-Match": `"${known.version}"` };
  const given = { name: body.name, description: body.description, symbols: [...body.symbols] };
  return (await portfoliosPutPortfolio({ path: { portfolio_id: known.id }, body: given, headers, throwOnError: true })).data;
}

interface Change {
  id: string;
  edit: (symbols: readonly string[]) => readonly string[];
}

const CHANGE = ["portfolio-change"];

/** Make, remove, change, each at what the service last said is there. */
export function usePortfolios() {
  const queries = useQueryClient();
  const settled = () => queries.invalidateQueries({ queryKey: keys.portfolios });
  const make = useMutation({
    mutationFn: async (body: Body) =>
      (await portfoliosMakePortfolio({ body: { ...body, symbols: [...body.symbols] }, throwOnError: true })).data,
    onSuccess: (made) => show(queries, (items) => [made, ...items]),
    onSettled: settled,
  });
  const remove = useMutation({
    mutationFn: (of: Portfolio) =>
      portfoliosRemovePortfolio({ path: { portfolio_id: of.id }, headers: { "If-Match": `"${of.version}"` }, throwOnError: true }),
    onSuccess: (_, { id }) => show(queries, (items) => items.filter((one) => one.id !== id)),
    onSettled: settled,
  });
  const change = useMutation({
    mutationKey: CHANGE,
    scope: { id: "portfolios" }, // one after the other, each of what the one before left
    mutationFn: async ({ id, edit }: Change) => changed(there(queries, id) ?? (await get(id)), edit),
    onSuccess: ({ now }) => replace(queries, now),
    onError: settled,
  });
  return { make, remove, change, replace: (now: Portfolio) => replace(queries, now) };
}

/** A portfolio's symbols as they will be once the service has done what it was asked for. */
export function useSymbols(of: Portfolio | undefined): readonly string[] {
  const pending = useMutationState({
    filters: { mutationKey: CHANGE, status: "pending" },
    select: (one) => one.state.variables as Change | undefined,
  });
  return pending.reduce((symbols, one) => (one && one.id === of?.id ? one.edit(symbols) : symbols), of?.symbols ?? NONE);
}

const NONE: readonly string[] = [];

/** Change the symbols of what is there now: where another was faster, of what it has become. `meanwhile`: what that was. */
async function changed(before: Portfolio, edit: Change["edit"]): Promise<{ now: Portfolio; meanwhile: string[] }> {
  let known = before;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { now: await put(known, { ...known, symbols: edit(known.symbols) }), meanwhile: changes(before, known) };
    } catch (error) {
      if (!isChanged(error) || attempt === ATTEMPTS) throw error;
      known = await get(before.id);
    }
  }
}

const there = (queries: QueryClient, id: string): Portfolio | undefined =>
  queries.getQueryData<PortfolioPage>(keys.portfolios)?.items.find((one) => one.id === id);

const replace = (queries: QueryClient, now: Portfolio): void =>
  show(queries, (items) => items.map((one) => (one.id === now.id ? now : one)));

function show(queries: QueryClient, edit: (items: Portfolio[]) => Portfolio[]): void {
  queries.setQueryData<PortfolioPage>(keys.portfolios, (page) => page && { ...page, items: edit(page.items) });
}
