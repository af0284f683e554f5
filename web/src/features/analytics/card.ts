import type { Figures } from "@/service/models";
import { wilson, type Ends } from "./intervals";

/** A point of a reliability diagram, in percent. */
export interface Reliable {
  name: string;
  stated: number;
  observed: number;
  n: number;
  interval: Ends | null;
  clustered?: Ends | null;
}

export const reliable = ({ reliability }: Figures): Reliable[] =>
  reliability.map(({ n, stated, observed }, at) => ({
    name: `tenth ${at + 1}`,
    stated: 100 * stated,
    observed: 100 * observed,
    n,
    interval: wilson(observed, n),
  }));
