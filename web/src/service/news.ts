import type { Notification, NotificationPage, ShownSignal, SignalPage } from "@/client";
import type { QueryClient } from "@tanstack/react-query";
import type { Deep } from "./deep";
import { noteSignal, withSignal } from "./heard";
import { keys } from "./keys";
import { soon } from "./soon";
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
    case "quickScanComplete":
      soon(queries, keys.quickStatus);
      break;
    case "phaseChanged":
    case "scanProgress":
      soon(queries, keys.overview);
      soon(queries, keys.liveStatus);
      break;
  }
}

/** What a message of `/ws/signals` changes: the user's signals, and what they are told. */
export function hearSignals(queries: QueryClient, message: Message): void {
  switch (message.type) {
    case "snapshot":
      void queries.invalidateQueries({ queryKey: keys.allSignals });
      void queries.invalidateQueries({ queryKey: keys.notifications });
      break;
    case "signal":
      hearSignal(queries, message.signal as ShownSignal);
      break;
    case "notification":
      hearNotification(queries, message.notification as Notification);
      break;
  }
}

/** A signal that is new, or has become something else, on every list that is on screen. */
function hearSignal(queries: QueryClient, signal: ShownSignal): void {
  noteSignal(signal);
  for (const [key, data] of queries.getQueriesData({ queryKey: keys.allSignals })) {
    if (isPage(data)) queries.setQueryData<SignalPage>(key, withSignal(data, signal, key[1] ?? {}));
    else if (data !== undefined) soon(queries, key);
  }
}

/** On the bell at once; other lists of notifications ask again. */
function hearNotification(queries: QueryClient, told: Notification): void {
  queries.setQueryData<NotificationPage>(keys.unread, (page) => page && withNotification(page, told));
  soon(queries, keys.notifications);
}

/** The unread ones with one that is new, or counts more than before. */
function withNotification(page: NotificationPage, told: Notification): NotificationPage {
  const others = page.items.filter(({ id }) => id !== told.id);
  const more = others.length < page.items.length ? 0 : 1;
  return { ...page, items: [told, ...others], unread_count: page.unread_count + more };
}

function isPage(data: unknown): data is SignalPage {
  return typeof data === "object" && data !== null && Array.isArray((data as Partial<SignalPage>).items);
}
