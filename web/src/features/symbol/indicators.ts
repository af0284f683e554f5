/** One line of an indicator: what is asked of the service, and how it is drawn. */
export interface Part {
  expr: string;
  name: string;
  kind?: "histogram" | "dots";
}

export interface Indicator {
  /** Its short name in the address. */
  id: string;
  title: string;
  parts: Part[];
  /** In a pane of its own below the candles; otherwise on them. */
  pane: boolean;
  /** Values that mean something by themselves. */
  guides?: number[];
  intraday?: boolean;
}

const line = (id: string, title: string, expr: string): Indicator => ({ id, title, pane: false, parts: [{ expr, name: title }] });
const below = (id: string, title: string, expr: string, guides?: number[]): Indicator => ({
  id,
  title,
  pane: true,
  guides,
  parts: [{ expr, name: title }],
});
const several = (of: string, names: readonly string[]): Part[] => names.map((name) => ({ expr: `${of}.${name}`, name }));

export const CATALOGUE: readonly Indicator[] = [
  line("sma20", "SMA 20", "sma(close, 20)"),
  line("sma50", "SMA 50", "sma(close, 50)"),
  line("sma200", "SMA 200", "sma(close, 200)"),
  line("ema9", "EMA 9", "ema(close, 9)"),
  line("ema21", "EMA 21", "ema(close, 21)"),
  { ...line("vwap", "VWAP", "vwap()"), intraday: true },
  { id: "bollinger", title: "Bollinger 20, 2", pane: false, parts: several("bollinger(20, 2)", ["upper", "middle", "lower"]) },
  { id: "keltner", title: "Keltner 20, 2", pane: false, parts: several("keltner(20, 2)", ["upper", "middle", "lower"]) },
  { id: "donchian", title: "Donchian 20", pane: false, parts: several("donchian(20)", ["upper", "lower"]) },
  { id: "supertrend", title: "Supertrend 10, 3", pane: false, parts: [{ expr: "supertrend(10, 3).line", name: "supertrend" }] },
  { id: "psar", title: "Parabolic SAR", pane: false, parts: [{ expr: "psar().line", name: "SAR", kind: "dots" }] },
  { id: "range30", title: "Opening range 30 m", pane: false, intraday: true, parts: several("opening_range(30)", ["high", "low"]) },
  below("rsi14", "RSI 14", "rsi(14)", [30, 70]),
  {
    id: "macd",
    title: "MACD 12, 26, 9",
    pane: true,
    parts: [
      { expr: "macd(12, 26, 9).histogram", name: "histogram", kind: "histogram" },
      { expr: "macd(12, 26, 9).line", name: "line" },
      { expr: "macd(12, 26, 9).signal", name: "signal" },
    ],
  },
  { id: "stoch", title: "Stochastic 14, 3", pane: true, guides: [20, 80], parts: several("stoch(14, 3, 3)", ["k", "d"]) },
  { id: "adx14", title: "ADX 14", pane: true, guides: [20], parts: several("adx(14)", ["adx", "plus", "minus"]) },
  below("atr14", "ATR 14", "atr(14)"),
  below("rvol20", "RVOL 20", "rvol(20)", [1]),
  below("obv", "OBV", "obv()"),
];
const KNOWN = new Map(CATALOGUE.map((one) => [one.id, one]));

export const DEFAULT: readonly string[] = ["sma20", "sma50"];
/** Indicators at once: more can't be told apart. */
export const MOST = 8;

const ON_CANDLES = "=";
const IN_PANE = "~";

/** A formula of one's own as it stands in the address. */
export const written = (formula: string, pane: boolean): string => `${pane ? IN_PANE : ON_CANDLES}${formula.trim()}`;

/** What a name in the address stands for; nothing where it stands for nothing. */
export function indicatorOf(id: string): Indicator | undefined {
  const formula = id.slice(1).trim();
  if (!formula || !(id.startsWith(ON_CANDLES) || id.startsWith(IN_PANE))) return KNOWN.get(id);
  return { id, title: formula, pane: id.startsWith(IN_PANE), parts: [{ expr: formula, name: formula }] };
}

export function chosen(show: readonly string[] | undefined, isDaily: boolean): Indicator[] {
  return (show ?? DEFAULT).flatMap((id) => indicatorOf(id) ?? []).filter((one) => !isDaily || !one.intraday);
}
