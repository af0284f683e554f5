"""How much is traded, and on which side: relative volume, money flow, running totals."""

from __future__ import annotations

from tapehawk.core.columns import close, high, low, volume
from tapehawk.core.expr import Expr, call, where
from tapehawk.core.indicators.basics import sma, sum
from tapehawk.core.indicators.bounds import bars


def rvol(length: int = 20) -> Expr:
    """Relative volume: the bar's volume over the mean of the `length` bars *before* it; null where that mean is 0.

    Unit: times usual. Warm-up: `length` bars; exact. Source: glossary 4 and 6.
    """
    return volume / sma(volume, length)[1]


def vwma(length: int = 20, x: Expr = close) -> Expr:
    """Volume-weighted moving average: sum(x × volume) / sum(volume) over `length` bars; null where nothing traded.

    Unit: that of x. Warm-up: `length` - 1 bars; exact. Source: definition.
    """
    return sum(x * volume, length) / sum(volume, length)


def obv() -> Expr:
    """On-balance volume: running total of the volume of bars that closed higher less that of those that closed lower.

    Unit: shares. Seed: 0 at the first bar, which is null (TA-Lib begins with the first volume). Warm-up: 1 bar; it
    never settles: only its changes mean anything. Source: Granville (1963).
    """
    falling = where(close < close[1], -volume, 0)
    return call("cumulate", where(close > close[1], volume, falling))


def _money_flow() -> Expr:
    """Volume times the close's place in the bar, -1 at the low to 1 at the high; 0 for a bar without a range."""
    return where(high > low, ((close - low) - (high - close)) / (high - low), 0) * volume


def ad() -> Expr:
    """Accumulation/distribution: running total of volume × ((close - low) - (high - close)) / (high - low).

    Unit: shares; a bar without a range adds 0. Seed: 0 before the first bar. Warm-up: none; it never settles: only its
    changes mean anything. Source: Chaikin, as TA-Lib AD.
    """
    return call("cumulate", _money_flow())


def cmf(length: int = 20) -> Expr:
    """Chaikin money flow: sum over `length` bars of what `ad` adds, over the sum of volume; null where nothing traded.

    Unit: -1–1. Warm-up: `length` - 1 bars; exact. Source: Chaikin.
    """
    return sum(_money_flow(), length) / sum(volume, length)


def mfi(length: int = 14) -> Expr:
    """Money flow index: 100 × money up / (money up + money down), where money is p × volume.

    It is up where p = (high + low + close) / 3 rose and down where it fell. Unit: 0–100; null where nothing traded
    at another p (TA-Lib: 0). Warm-up: `length` bars; exact. Source: Quong and Soudack (1989).
    """
    p = (high + low + close) / 3
    up = sum(where(p > p[1], p * volume, 0), bars(length, "length"))
    down = sum(where(p < p[1], p * volume, 0), length)
    return up / (up + down) * 100
