/** The phases of a trading day; what never closes is continuous. */
export const PHASES = ["premarket", "regular", "after_hours", "closed", "continuous"] as const;
export type Phase = (typeof PHASES)[number];

export const phaseOf = (given: unknown): Phase | undefined => PHASES.find((one) => one === given);
