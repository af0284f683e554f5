"""What other indicators are made of: averages, extremes, totals, changes, crossings.

Each is a function of an expression and a number of bars n, 1–5,000 (else OutOfBounds), and reads the current bar and
those before it. A window with a null in it is null; a recursive average answers null for a null and keeps its state.
"""

from __future__ import annotations

import math

from tapehawk.core.expr import Expr, as_expr, call, number
from tapehawk.core.indicators.bounds import bars


def change(x: Expr, length: int = 1) -> Expr:
    """Difference from `length` bars ago: x - x[length].

    Unit: that of x. Warm-up: `length` bars; exact. Source: definition (TA-Lib MOM).
    """
    return x - x[bars(length, "length")]


def roc(x: Expr, length: int = 1) -> Expr:
    """Rate of change from `length` bars ago: 100 × (x / x[length] - 1); null where x[length] is 0.

    Unit: percent. Warm-up: `length` bars; exact. Source: Achelis, *Technical Analysis from A to Z*.
    """
    return (x / x[bars(length, "length")] - 1) * 100


def sma(x: Expr, length: int) -> Expr:
    """Simple moving average: mean of the last `length` values, from a compensated running sum.

    Unit: that of x. Warm-up: `length` - 1 bars; exact. Source: definition.
    """
    return call("sma", x, params=(bars(length, "length"),))


def ema(x: Expr, length: int) -> Expr:
    """Exponential moving average: e + α (x - e), α = 2 / (length + 1).

    Unit: that of x. Seed: the first value (TA-Lib and most charts seed with the mean of the first `length`). Warm-up:
    none; within 1e-9 of an infinite history after ln 1e-10 / ln(1 - α) bars (≈ 11.5 × length). Source: Achelis.
    """
    return call("ema", x, params=(bars(length, "length"),))


def wma(x: Expr, length: int) -> Expr:
    """Weighted moving average: weights 1 … `length`, the latest the heaviest, over their sum.

    Unit: that of x. Warm-up: `length` - 1 bars; exact. Source: Achelis.
    """
    return call("wma", x, params=(bars(length, "length"),))


def rma(x: Expr, length: int) -> Expr:
    """Wilder's average: r + (x - r) / length.

    Unit: that of x. Seed: mean of the first `length` values. Warm-up: `length` - 1 bars; within 1e-9 after
    ln 1e-10 / ln(1 - 1/length) more (≈ 23 × length). Source: Wilder, *New Concepts in Technical Trading Systems*, 1978.
    """
    return call("rma", x, params=(bars(length, "length"),))


def hma(x: Expr, length: int) -> Expr:
    """Hull's moving average: wma(2 wma(x, length/2) - wma(x, length), √length), both rounded down.

    Unit: that of x. `length` is at least 2. Warm-up: `length` + ⌊√length⌋ - 2 bars; exact. Source: Hull (2005).
    """
    n = bars(length, "length", least=2)
    return wma(wma(x, n // 2) * 2 - wma(x, n), math.isqrt(n))


def std(x: Expr, length: int) -> Expr:
    """Population standard deviation of the last `length` values (divisor: `length`), in two passes over each window.

    Unit: that of x. Warm-up: `length` - 1 bars; exact. Source: definition (TA-Lib STDDEV).
    """
    return call("std", x, params=(bars(length, "length"),))


def zscore(x: Expr, length: int) -> Expr:
    """Distance from the mean in standard deviations: (x - sma) / std; null while all values are equal.

    Unit: none. Warm-up: `length` - 1 bars; exact. Source: definition.
    """
    return (x - sma(x, length)) / std(x, length)


def highest(x: Expr, length: int) -> Expr:
    """Highest of the last `length` values, the current one included.

    Unit: that of x. Warm-up: `length` - 1 bars; exact. Source: definition (TA-Lib MAX).
    """
    return call("highest", x, params=(bars(length, "length"),))


def lowest(x: Expr, length: int) -> Expr:
    """Lowest of the last `length` values, the current one included.

    Unit: that of x. Warm-up: `length` - 1 bars; exact. Source: definition (TA-Lib MIN).
    """
    return call("lowest", x, params=(bars(length, "length"),))


def sum(x: Expr, length: int) -> Expr:
    """Sum of the last `length` values, compensated.

    Unit: that of x. Warm-up: `length` - 1 bars; exact. Source: definition (TA-Lib SUM).
    """
    return call("sum", x, params=(bars(length, "length"),))


def count(condition: Expr, length: int) -> Expr:
    """At how many of the last `length` bars the condition was true; null if it was unknown at one of them.

    Unit: bars. Warm-up: `length` - 1 bars; exact. Source: definition.
    """
    return sum(number(condition), length)


def since(condition: Expr) -> Expr:
    """Bars since the condition was last true: 0 at such a bar, null before the first. Unknown is not true.

    Unit: bars. Seed: none, the count begins at the first bar at which the condition is true. Warm-up: until then; exact
    from a later one on. Source: definition.
    """
    return call("bars_since", number(condition))


def cross_up(a: Expr, b: Expr | float) -> Expr:
    """True at the bar where a, at or below b one bar ago, is above it.

    A condition. Warm-up: 1 bar; exact. Source: definition.
    """
    level = as_expr(b)
    return (a > level) & (a <= level)[1]


def cross_down(a: Expr, b: Expr | float) -> Expr:
    """True at the bar where a, at or above b one bar ago, is below it.

    A condition. Warm-up: 1 bar; exact. Source: definition.
    """
    level = as_expr(b)
    return (a < level) & (a >= level)[1]
