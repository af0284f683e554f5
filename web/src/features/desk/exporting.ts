import type { QueryClient } from "@tanstack/react-query";
import { quotes, signals, watchlist } from "@/service/questions";
import { csvOf } from "@/service/signalFile";
import { csv, saveFile } from "@/shared/file";
import { inOrder } from "./tape";

const NAMES = ["symbol", "last", "change_pct", "rvol", "labels"] as const;

/** The rows in sight as a file: the signals of the tape, or what is watched with its last prices. */
export function exportSeen(queries: QueryClient, isTape: boolean): void {
  const [name, text] = isTape ? ["signals", ofTape(queries)] : ["watchlist", ofWatched(queries)];
  if (text) saveFile(new Blob([text], { type: "text/csv" }), `${name}.csv`);
}

function ofTape(queries: QueryClient): string {
  return csvOf(inOrder(queries.getQueryData(signals().queryKey)?.items ?? []));
}

function ofWatched(queries: QueryClient): string {
  const symbols = (queries.getQueryData(watchlist.queryKey)?.items ?? []).map(({ symbol }) => symbol).toSorted();
  const now = new Map(queries.getQueryData(quotes(symbols).queryKey)?.items.map((one) => [one.symbol, one]));
  const lines = symbols.map((symbol) => NAMES.map((name) => (name === "symbol" ? symbol : now.get(symbol)?.[name])));
  return lines.length > 0 ? csv([NAMES, ...lines]) : "";
}
