import type { ShownSignal, SignalPage } from "@/client";
import type { QueryClient } from "@tanstack/react-query";
import type { Deep } from "./deep";
import { keys } from "./keys";
import type { Message } from "./socket";

export interface QuickProgress {
  scanId: string;
  processed: number;
  remaining: number;
}

/** What a message of `/ws/scanner-status` changes of what is on screen. */
export function hearStatus(queries: QueryClient, message: Message): void {
  switch (message.type) {
    case "symbolAnalyzed":
      queries.setQueryData<Deep>(keys.deep(String(message.symbol)), message.deepData as Deep);
      break;
    case "analysisProgress":
      queries.setQueryData<QuickProgress>(keys.progress, message as unknown as QuickProgress);
      break;
    case "deepAnalysisComplete":
      queries.setQueryData<QuickProgress>(keys.progress, (before) =>
        before && before.scanId === message.scanId ? { ...before, remaining: 0 } : before,
      );
      break;
    case "phaseChanged":
    case "scanProgress":
      void queries.invalidateQueries({ queryKey: keys.overview });
      break;
  }
}

/** A signal that is new, or has become something else, on every list that is on screen. */
export function hearSignals(queries: QueryClient, message: Message): void {
  if (message.type === "snapshot") void queries.invalidateQueries({ queryKey: keys.allSignals });
  if (message.type !== "signal") return;
  const signal = message.signal as ShownSignal;
  for (const [key] of queries.getQueriesData<SignalPage>({ queryKey: keys.allSignals })) {
    queries.setQueryData<SignalPage>(key, (page) => page && withSignal(page, signal, key[1] as object));
  }
}

export function withSignal(page: SignalPage, signal: ShownSignal, filter: object): SignalPage {
  const known = page.items.some((one) => one.id === signal.id);
  if (known) return { ...page, items: page.items.map((one) => (one.id === signal.id ? { ...one, ...signal } : one)) };
  const about = signal as unknown as Record<string, unknown>;
  const wanted = Object.entries(filter).every(([name, value]) => value === undefined || about[name] === value);
  return wanted ? { ...page, items: [signal, ...page.items] } : page;
}
