import { authWsTicket } from "@/client";
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys } from "./keys";
import { hearSignals, hearStatus } from "./news";
import { Line, type Message, type SocketState } from "./socket";

export interface LineState {
  state: SocketState;
  lag: number | null;
}

const ASLEEP: LineState = { state: "connecting", lag: null };

async function ticket(): Promise<string> {
  return (await authWsTicket({ throwOnError: true })).data.ticket;
}

function open(url: string): WebSocket {
  return new WebSocket(new URL(url, location.origin.replace(/^http/, "ws")));
}

function line(queries: QueryClient, path: string, hear: (queries: QueryClient, message: Message) => void): Line {
  const patch = (change: Partial<LineState>) =>
    queries.setQueryData<LineState>(keys.line, (before = ASLEEP) => ({ ...before, ...change }));
  return new Line(path, {
    ticket,
    open,
    hear: (message) => hear(queries, message),
    reload: () => void queries.invalidateQueries(),
    state: (state) => patch(state === "open" ? { state } : { state, lag: null }),
    lag: (lag) => patch({ lag }),
  });
}

/** Listen while somebody is signed in. */
export function useLive(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const lines = [line(queries, "/ws/scanner-status", hearStatus), line(queries, "/ws/signals", hearSignals)];
    const hurry = () => lines.forEach((one) => one.hurry());
    lines.forEach((one) => one.open());
    addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
    return () => {
      removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      lines.forEach((one) => one.close());
    };
  }, [queries]);
}

export function useLine(): LineState {
  const { data } = useQuery<LineState>({ queryKey: keys.line, queryFn: () => ASLEEP, enabled: false, initialData: ASLEEP });
  return data;
}
