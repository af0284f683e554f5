/** The deep analysis of a symbol, as `/api/scanner` writes it: part by part, each of which may have nothing to say. */
export interface Part {
  available?: boolean;
  reason?: string;
}

interface Regime {
  regime?: string;
  confidence?: number;
  volatility?: string;
}

/** What became of past signals whose score was about this one; shares are 0–1. */
interface Observed {
  n: number;
  rate: number | null;
  interval: [number, number] | null;
}

export interface Deep {
  opportunity_score?: number | Part | null;
  opportunity?: Part & { score?: number; side?: string; parts?: Record<string, { value: number; weight: number }>; divergence?: boolean; observed?: Observed };
  market_regime?: Part & Regime & { benchmark?: Part & Regime & { of?: string } };
  sl_tp?: Part & {
    side?: string;
    entry?: number;
    stopLoss?: number;
    takeProfit?: number;
    riskReward?: number;
    stop_reason?: string;
    target_reason?: string;
    support?: number;
    resistance?: number;
  };
  confluence?: Part & {
    side?: string;
    strength?: string;
    share?: number;
    votes?: Record<string, number>;
    timeframes?: Record<string, Part & { vote?: string; rsi?: number }>;
  };
  ml_prediction?: Part & { probability?: number; side?: string; scanner?: string; pattern?: string; meaning?: string };
}

/** A value that is there, or why it is not. */
export type Said<T> = { value: T } | { reason: string };

export const score = (deep: Deep): Said<number> =>
  typeof deep.opportunity_score === "number"
    ? { value: deep.opportunity_score }
    : none(deep.opportunity_score ?? deep.opportunity);
export const regime = (deep: Deep): Said<string> => said(deep.market_regime, deep.market_regime?.regime);
export const stop = (deep: Deep): Said<number> => said(deep.sl_tp, deep.sl_tp?.stopLoss);
export const target = (deep: Deep): Said<number> => said(deep.sl_tp, deep.sl_tp?.takeProfit);
export const ratio = (deep: Deep): Said<number> => said(deep.sl_tp, deep.sl_tp && isThere(deep.sl_tp.takeProfit) ? deep.sl_tp.riskReward : undefined);
export const confluence = (deep: Deep): Said<string> => said(deep.confluence, deep.confluence?.strength);
export const prediction = (deep: Deep): Said<number> => said(deep.ml_prediction, deep.ml_prediction?.probability);

function said<T>(part: Part | undefined | null, value: T | undefined | null): Said<T> {
  return isThere(value) ? { value } : none(part);
}

function isThere<T>(value: T | undefined | null): value is T {
  return value !== undefined && value !== null;
}

function none(part: Part | undefined | null): { reason: string } {
  return { reason: part?.reason ?? "not said" };
}
