import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { scannerAddSaved, scannerChangeSaved, scannerListSaved, scannerRemoveSaved, type Saved, type SavedBody } from "@/client";
import type { View } from "./view";

const ALL = ["saved-views"];

/** The caller's views of tables, of every scanner. */
export const savedViews = queryOptions({
  queryKey: ALL,
  queryFn: async () => (await scannerListSaved({ query: { limit: 500 }, throwOnError: true })).data.items,
});

const bodyOf = (name: string, view: View): SavedBody => ({ name, view: { ...view } });

export function useSavedViews() {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries({ queryKey: ALL });
  const add = useMutation({
    mutationFn: async ({ name, view }: { name: string; view: View }) => (await scannerAddSaved({ body: bodyOf(name, view), throwOnError: true })).data,
    onSettled,
  });
  const change = useMutation({
    mutationFn: async ({ id, name, view }: { id: string; name: string; view: View }) =>
      (await scannerChangeSaved({ path: { saved_id: id }, body: bodyOf(name, view), throwOnError: true })).data,
    onSettled,
  });
  const remove = useMutation({
    mutationFn: ({ id }: Saved) => scannerRemoveSaved({ path: { saved_id: id }, throwOnError: true }),
    onSettled,
  });
  return { add, change, remove };
}
