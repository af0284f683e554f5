/** Names of what is kept of the service's answers. */
export const keys = {
  me: ["me"],
  overview: ["overview"],
  quotes: (symbols: readonly string[]) => ["quotes", ...symbols],
  watchlist: ["watchlist"],
  signals: (filter: object = {}) => ["signals", filter],
  allSignals: ["signals"],
  scanners: ["scanners"],
  scan: (question: unknown) => ["scan", question],
  deep: (symbol: string) => ["deep", symbol],
  quick: ["quick"],
  progress: ["quick-progress"],
  explain: (symbol: string, scanner: string, more: unknown) => ["explain", symbol, scanner, more],
  fallen: (scan: string, step: number, pattern: string) => ["fallen", scan, step, pattern],
  bars: (symbol: string, timeframe: string) => ["bars", symbol, timeframe],
  line: ["line"],
} as const;
