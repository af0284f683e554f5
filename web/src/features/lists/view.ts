import { scannerAddSaved, scannerChangeSaved, scannerListSaved, type Saved } from "@/client";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { problemOf } from "@/service/problem";

/** What the service keeps of how lists are looked at: the watchlist's own order, and a note a symbol. */
export interface View {
  order: readonly string[];
  notes: Readonly<Record<string, string>>;
}

const KEY = ["lists-view"];
const NAME = "watchlist"; // of the saved view, and of what it is a view of
export const MOST_NOTE = 200;
const EMPTY: View = { order: [], notes: {} };

export const listsView = queryOptions({ queryKey: KEY, queryFn: async () => viewOf(await saved()) });

async function saved(): Promise<Saved | undefined> {
  const { data } = await scannerListSaved({ query: { scanner_type: NAME }, throwOnError: true });
  return data.items.find(({ name }) => name === NAME);
}

export function viewOf(there: { view: Record<string, unknown> } | undefined): View {
  const order = there?.view.order;
  const notes = there?.view.notes;
  const isText = (value: unknown): value is string => typeof value === "string";
  return {
    order: Array.isArray(order) ? order.filter(isText) : [],
    notes: typeof notes === "object" && notes !== null ? Object.fromEntries(Object.entries(notes).filter(([, note]) => isText(note))) : {},
  };
}

/** A view with another note of a symbol; an empty one is none. */
export function withNote(view: View, symbol: string, text: string): View {
  const others = Object.entries(view.notes).filter(([name]) => name !== symbol);
  return { ...view, notes: Object.fromEntries(text.trim() ? [...others, [symbol, text.trim()]] : others) };
}

/** Change the view that is kept now, whatever another tab has made of it meanwhile. */
export function useView() {
  const queries = useQueryClient();
  return useMutation({
    scope: { id: "lists-view" },
    mutationFn: async (edit: (view: View) => View) => {
      const there = await saved();
      return keep(there, edit(viewOf(there)));
    },
    onMutate: (edit) => queries.setQueryData<View>(KEY, (view) => edit(view ?? EMPTY)),
    onSuccess: (view) => queries.setQueryData(KEY, view),
    onError: () => void queries.invalidateQueries({ queryKey: KEY }),
  });
}

async function keep(there: Saved | undefined, view: View): Promise<View> {
  const body = { name: NAME, scanner_type: NAME, view: { order: [...view.order], notes: { ...view.notes } } };
  try {
    if (there) await scannerChangeSaved({ path: { saved_id: there.id }, body, throwOnError: true });
    else await scannerAddSaved({ body, throwOnError: true });
  } catch (error) {
    const conflict = !there && problemOf(error).status === 409 ? await saved() : undefined; // another tab has just made it
    if (!conflict) throw error;
    await scannerChangeSaved({ path: { saved_id: conflict.id }, body, throwOnError: true });
  }
  return view;
}
