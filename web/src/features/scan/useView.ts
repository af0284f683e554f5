import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { Saved, ScanRow } from "@/client";
import { QUICK } from "@/service/question";
import type { ScanSearch } from "./address";
import { COLUMNS, ownColumns } from "./columns";
import { savedViews } from "./savedViews";
import { arranged, OF_QUICK, PLAIN, seenAs, STANDARD, viewOf, written, type View } from "./view";

const NONE: ScanRow[] = [];

/** How the rows are looked at, which the address says; to change it is to write another address. */
export function useView(address: ScanSearch, hits: readonly ScanRow[] = NONE) {
  const go = useNavigate();
  const { data: kept } = useQuery(savedViews);
  const { view, id } = seenAs(address, kept);
  const hasUsual = kept?.some((one) => viewOf(one.view).by_default) ?? false;
  const standard = address.scanner === QUICK ? OF_QUICK : STANDARD;
  const every = useMemo(() => [...COLUMNS, ...ownColumns(hits)], [hits]);
  const names = view.columns?.join(",") ?? "";
  const columns = useMemo(() => arranged(every, names ? names.split(",") : standard, standard), [every, names, standard]);
  const put = useCallback(
    (next: View, of: string | undefined) => void go({ to: "/scan", search: (before) => ({ ...before, ...written(next, of) }), replace: true }),
    [go],
  );
  const change = (some: View) => put({ ...view, ...some }, id ?? (hasUsual ? PLAIN : undefined));
  const choose = (one: Saved | null) => {
    if (one) put(viewOf(one.view), one.id);
    else put({}, hasUsual ? PLAIN : undefined);
  };
  return { view, id, every, columns, change, choose };
}
