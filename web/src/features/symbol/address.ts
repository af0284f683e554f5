export const TIMEFRAMES = ["1m", "5m", "15m", "1h", "4h", "1d", "1w"] as const;
export type Timeframe = (typeof TIMEFRAMES)[number];

export interface SymbolSearch {
  timeframe?: Timeframe;
  averages?: boolean;
}

export function symbolSearch(given: Record<string, unknown>): SymbolSearch {
  return {
    timeframe: TIMEFRAMES.find((one) => one === given.timeframe),
    averages: given.averages === false ? false : undefined,
  };
}
