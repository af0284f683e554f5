/** Formulas to begin with, by what they look for. */
export const EXAMPLES: readonly [string, string][] = [
  ["breakout on volume", "close > highest(high, 20)[1] and rvol(20) > 2"],
  ["oversold in an uptrend", "rsi(14) < 30 and close > sma(close, 200)"],
  ["fast mover", "close / close[5] > 1.1 and atr(14) / close > 0.03"],
  ["averages cross", "cross_up(ema(close, 9), ema(close, 20))"],
  ["squeeze lets go", "squeeze()[1] and not squeeze()"],
  ["inside bar", "high < high[1] and low > low[1]"],
  ["strongest tenth", "percentile(roc(close, 120)) >= 90 and close > sma(close, 50)"],
  ["gap that holds", "gap() > 3 and close > open and rvol(20) > 1.5"],
];
