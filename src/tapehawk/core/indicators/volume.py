"""How much is traded: relative volume, money flow, running totals."""

from __future__ import annotations

from tapehawk.core.columns import close, volume
from tapehawk.core.expr import Expr
from tapehawk.core.indicators.basics import sma, sum


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
