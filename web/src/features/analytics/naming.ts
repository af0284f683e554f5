import type { Counts, Outcomes } from "@/client";
import { DASH, fixed, setup, words } from "@/shared/format";
import type { Rate } from "./intervals";

type Group = Outcomes["group"];

/** A group's name as words: of a pattern with its scanner, of a tenth with its bounds. */
export function nameOf(group: Group): string {
  const { scanner, pattern, decile, confidence_from } = group;
  if ("decile" in group) return typeof decile === "number" ? `${decile}` : "no score";
  if ("confidence_from" in group) return typeof confidence_from === "number" ? `${confidence_from}–${confidence_from + 10}` : "no confidence";
  if (typeof pattern === "string") return setup({ scanner: String(scanner), pattern });
  const value = Object.values(group)[0];
  return typeof value === "string" ? words(value) : "not known";
}

export const idOf = (group: Group): string => JSON.stringify(group);

export const rateOf = ({ win_rate, n, interval, clustered }: Outcomes): Rate => ({ rate: win_rate, n, interval, clustered });

export const triggerRateOf = ({ trigger_rate, n, interval }: Counts): Rate => ({ rate: trigger_rate, n, interval });

export const scoresOf = ({ scores }: Outcomes): string => (scores ? `${fixed(scores.low, 0)}–${fixed(scores.high, 0)}` : DASH);
