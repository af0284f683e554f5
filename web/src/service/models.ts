import { modelsGetCard, type CardAnswer } from "@/client";
import { queryOptions } from "@tanstack/react-query";
import { keys } from "./keys";

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

/** The model of a scanner; none has been trained where the service finds none. */
export const modelCard = (scanner: string) =>
  queryOptions({
    queryKey: keys.modelCard(scanner),
    queryFn: async () => cardOf((await modelsGetCard({ path: { scanner }, throwOnError: true })).data),
    retry: false,
  });

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
