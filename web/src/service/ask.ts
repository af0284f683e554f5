import { client } from "@/client/client.gen";
import { QueryClient } from "@tanstack/react-query";
import { problemOf } from "./problem";
import { session } from "./session";

client.setConfig({ baseUrl: location.origin, fetch: session.authorised, throwOnError: true });

/** Retried: only what may pass by itself. Data that is there stays on screen meanwhile. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: "always", // a service on this machine answers without any network
      staleTime: 30_000,
      retry: (count, error) => [0, 503].includes(problemOf(error).status) && count < 3,
      retryDelay: (count) => Math.min(1000 * 2 ** count, 10_000),
    },
    mutations: { networkMode: "always" },
  },
});
