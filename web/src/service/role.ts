import { useQuery } from "@tanstack/react-query";
import { me } from "./questions";

/** A viewer looks and changes nothing: the service refuses them, so nothing is offered. */
export function useMayWrite(): boolean {
  const { data } = useQuery(me);
  return data !== undefined && data.role !== "viewer";
}
