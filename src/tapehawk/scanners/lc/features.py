"""What the LC patterns are made of: lags, distances in ATR, the price tiers and the parabolic score.

Semantics: every lag, average and extreme is the symbol's own; nothing is rounded; `atr` is the simple mean of the last
14 true ranges, one bar ago, so a wide day does not shrink its own multiple, and a lagged distance is divided by the
same row's `atr`; price tiers and floors are as traded; `rvol` divides by the mean of the five bars before.
"""

from __future__ import annotations

from tapehawk.core.columns import close, high, low, open_, raw, volume
from tapehawk.core.expr import Expr, as_expr, function, where
from tapehawk.core.indicators import ema, highest, lowest, sma, true_range

TIERS = (15, 25, 50, 90)  # upper ends of the traded price's tiers; the last one is open

atr = sma(true_range(), 14)[1]
dollar_volume = close * volume
high_gain = high / close[1] - 1
gap_pct = open_ / close[1] - 1
close_range = (close - low) / (high - low)
rvol5 = volume / sma(volume, 5)[1]
dollar_volume_of_5_before = sum((dollar_volume[k] for k in range(2, 6)), start=dollar_volume[1])


def rise_atr(ago: int = 0) -> Expr:
    """Return (high - open) of the bar `ago` bars ago over today's atr."""
    return (high[ago] - open_[ago]) / atr


def gap_atr(ago: int = 0) -> Expr:
    """Return (open - close before) of the bar `ago` bars ago over today's atr."""
    return (open_[ago] - close[ago + 1]) / atr


def above_ema(n: int, ago: int = 0) -> Expr:
    """Return (high - EMA n) of the bar `ago` bars ago over today's atr."""
    return (high - ema(close, n))[ago] / atr


def low_above_ema(n: int) -> Expr:
    """Return (low - EMA n) over atr."""
    return (low - ema(close, n)) / atr


def by_tier(values: tuple[float, ...]) -> Expr:
    """Return the value of the tier that today's traded price falls in."""
    *lower, last = values
    chosen = as_expr(last)
    for bound, value in zip(reversed(TIERS), reversed(lower), strict=True):
        chosen = where(raw.close < bound, value, chosen)
    return chosen


def steps(x: Expr, grades: tuple[tuple[float, float], ...]) -> Expr:
    """Return the points of the first grade (threshold, points) that x reaches, 0 below the last."""
    points = as_expr(0.0)
    for threshold, value in reversed(grades):
        points = where(x >= threshold, value, points)
    return points


def history(bars: int) -> Expr:
    """Return true once there are `bars` bars before this one, unknown until then."""
    return close[bars] > 0


def _burst() -> Expr:
    """Return 0–20 for two rising days; 0 when nothing burst."""
    first = (close[1] > close[2]) & (close[1] > open_[1]) & (high[1] > high[2])
    second = (close[2] > close[3]) & (close[2] > open_[2]) & (high[2] > high[3])
    wider = ((high[1] - low[1]) > (high[2] - low[2])) & (rise_atr(2) >= 0.5)
    gapped = gap_atr(1) >= 0.3
    both = where(wider & gapped, 20, where(wider, 17.5, 15))
    one = where(wider & gapped, 12.5, 10)
    return where(first & second, both, where(first | second, one, 0))


def parabolic_score() -> Expr:
    """Return 0–100 from the day before: its rise, distance from the EMA, burst, volume and gap."""
    rise = steps(rise_atr(1), ((3, 20), (2, 18), (1, 15), (0.5, 12)))
    stretch = steps(above_ema(9, 1), ((4, 30), (3, 25), (2, 20), (1, 15)))
    busy = steps(rvol5[1], ((2, 10), (1.5, 8), (1, 5), (0.5, 2)))
    gap = steps(gap_atr(1), ((0.5, 15), (0.3, 10), (0.1, 5)))
    twice = where((gap_atr(1) >= 0.3) & (gap_atr(2) >= 0.3), 5, 0)
    return function("min", rise + stretch + _burst() + busy + gap + twice, 100)


def uptrend() -> Expr:
    """Return EMA9 ≥ EMA20 ≥ EMA50."""
    return (ema(close, 9) >= ema(close, 20)) & (ema(close, 20) >= ema(close, 50))


def new_high(n: int) -> Expr:
    """Return whether today makes or ties the n-bar high."""
    return high >= highest(high, n)


def run_up(days: int, bars: int) -> Expr:
    """Return yesterday's highest high of `days` over the lowest low of `bars`, minus 1."""
    return highest(high, days)[1] / lowest(low, bars)[1] - 1
