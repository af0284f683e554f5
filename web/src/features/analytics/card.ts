import type { CardAnswer } from "@/client";
import { wilson, type Ends } from "./intervals";

/** A model's card, as `/api/v1/ml/card` writes it: figures are of signals that the model had not seen. */
export interface Card extends CardAnswer {
  abstains: boolean;
  reason: string | null;
  signals: { n: number; first: string | null; last: string | null; base_rate: number | null };
  out_of_sample: Figures | null;
}

export interface Figures {
  n: number;
  days: number;
  base_rate: number;
  auc: number | null;
  brier: number;
  brier_of_base_rate: number;
  brier_skill: number;
  brier_skill_lower: number;
  reliability: { n: number; stated: number; observed: number }[];
  importance: Record<string, number>;
}

/** The card of an answer; what an older one does not have is none. */
export function cardOf(answer: CardAnswer): Card {
  const said = answer as unknown as Partial<Card> & CardAnswer;
  return {
    ...answer,
    abstains: said.abstains ?? said.out_of_sample === undefined,
    reason: said.reason ?? null,
    signals: said.signals ?? { n: 0, first: null, last: null, base_rate: null },
    out_of_sample: said.out_of_sample ?? null,
  };
}

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
