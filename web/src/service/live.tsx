import { authWsTicket } from "@/client";
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { keepTime } from "./clock";
import { Lines, type LineState } from "./lines";
import { hearSignals, hearStatus } from "./news";
import { Line, type Message, type SocketState } from "./socket";

const TICKET_MS = 10_000;
const lines = new Lines();
const attended = new Set<Line>();

/** What opens a line is used once. */
async function ticket(): Promise<string> {
  return (await authWsTicket({ signal: AbortSignal.timeout(TICKET_MS), throwOnError: true })).data.ticket;
}

function open(url: string): WebSocket {
  return new WebSocket(new URL(url, location.origin.replace(/^http/, "ws")));
}

interface Way {
  hear: (queries: QueryClient, message: Message) => void;
  opened?: (say: (message: object) => void) => void;
  state?: (state: SocketState) => void;
  lag?: (ms: number) => void;
}

/** A line that writes what it hears into what is kept of the service's answers. */
export function lineTo(queries: QueryClient, path: string, { hear, opened, state, lag }: Way): Line {
  const line = new Line(path, {
    ticket,
    open,
    opened,
    hear: (message) => {
      if (message.type === "resumed") void queries.refetchQueries({ type: "active", predicate: hasFailed }, { cancelRefetch: false });
      hear(queries, message);
    },
    reload: () => void queries.invalidateQueries({}, { cancelRefetch: false }),
    state: (now) => state?.(now),
    lag: (ms) => lag?.(ms),
    time: keepTime,
  });
  attended.add(line);
  line.open();
  return line;
}

export function hangUp(line: Line): void {
  attended.delete(line);
  line.close();
}

/** Try at once to come back. */
export function hurry(): void {
  attended.forEach((one) => one.hurry());
}

/** Listen while somebody is signed in. */
export function useLive(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const said = Object.entries({ "/ws/scanner-status": hearStatus, "/ws/signals": hearSignals });
    const mine = said.map(([path, hear]) =>
      lineTo(queries, path, { hear, state: (now) => lines.turn(path, now), lag: (ms) => lines.lags(path, ms) }),
    );
    addEventListener("online", hurry);
    document.addEventListener("visibilitychange", hurry);
    return () => {
      removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      mine.forEach(hangUp);
      said.forEach(([path]) => lines.drop(path));
    };
  }, [queries]);
}

/** How the line stands on which news come. */
export const useLine = (): LineState => useSyncExternalStore(lines.listen, lines.now);

function hasFailed({ state }: { state: { status: string; fetchFailureCount: number } }): boolean {
  return state.status === "error" || state.fetchFailureCount > 0;
}
