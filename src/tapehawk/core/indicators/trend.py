"""Which way prices go: direction, age of extremes, reversal lines, clouds, smoothed candles."""

from __future__ import annotations

from typing import NamedTuple

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.expr import Expr, call, function
from tapehawk.core.indicators.basics import highest, lowest
from tapehawk.core.indicators.bounds import LONGEST, bars, factor
from tapehawk.core.indicators.volatility import atr


class Directional(NamedTuple):
    """Average directional index and the two directional indicators, each 0–100."""

    adx: Expr
    plus: Expr
    minus: Expr


def adx(length: int = 14) -> Directional:
    """Directional movement: ±DI = 100 × rma(±DM) / rma(true range); adx = rma(100 × |+DI - -DI| / (+DI + -DI)).

    Unit: 0–100. Seed: means of the first `length` values, from the second bar on (TA-Lib's sums hold one bar less).
    Null while nothing has moved. Warm-up: `length` bars, adx 2 × `length` - 1; within 1e-9 after ≈ 23 (adx: 46) ×
    `length` more. Source: Wilder (1978).
    """
    numbers = (bars(length, "length"),)
    plus, minus = (call(kernel, high, low, close, params=numbers) for kernel in ("wilder_plus", "wilder_minus"))
    return Directional(call("wilder_adx", high, low, close, params=numbers), plus, minus)


class Aroon(NamedTuple):
    """Age of the highest high (up) and of the lowest low (down), 100 new to 0 old, and up - down."""

    up: Expr
    down: Expr
    oscillator: Expr


def aroon(length: int = 25) -> Aroon:
    """Aroon: 100 × (length - bars since the extreme of the last `length` + 1 bars) / length; of equal ones the latest.

    Unit: 0–100, the oscillator -100–100. Warm-up: `length` bars; exact. Source: Chande (1995), as TA-Lib AROON.
    """
    n = bars(length, "length", most=LONGEST - 1)
    up = (n - call("since_highest", high, params=(n + 1,))) / n * 100
    down = (n - call("since_lowest", low, params=(n + 1,))) / n * 100
    return Aroon(up, down, up - down)


class Reversal(NamedTuple):
    """The line (price), and whether it is below the price, which is a rising trend."""

    line: Expr
    rising: Expr


def supertrend(length: int = 10, multiple: float = 3.0) -> Reversal:
    """Supertrend: the band (high + low) / 2 - `multiple` × atr while rising, + while falling; bands only close in.

    upper = (high + low) / 2 + `multiple` × atr, but the bar before's upper where that is lower and the close before was
    not above it; lower = (high + low) / 2 - `multiple` × atr, but the bar before's lower where that is higher and the
    close before was not below it. A rising trend falls at a close at or below lower, a falling one rises at a close
    above upper.

    Unit: price. Seed: that of `atr`; at the first bar that has one the bands are its own, and it is rising if the close
    is not below (high + low) / 2. Warm-up: `length` - 1 bars; agrees with a longer history from a reversal that both
    have seen, once `atr` has settled. Source: Seban.
    """
    line = call("supertrend_line", high, low, close, atr(length), params=(factor(multiple, "multiple"),))
    return Reversal(line, close > line)


def psar(step: float = 0.02, most: float = 0.2) -> Reversal:
    """Parabolic stop and reverse: the stop moves by acceleration × (extreme - stop), which each new extreme raises.

    It begins at `step` and rises by it up to `most`. Unit: price. Seed: the first two bars' larger move gives the side,
    the first bar's other extreme the stop. Warm-up: 1 bar; exact from a reversal that both histories have seen.
    Source: Wilder (1978), as TA-Lib SAR.
    """
    numbers = (factor(step, "step", most=1.0), factor(most, "most", most=1.0))
    line = call("wilder_stop", high, low, params=numbers)
    return Reversal(line, close > line)


class Ichimoku(NamedTuple):
    """The lines of the cloud chart that look back, price."""

    conversion: Expr
    base: Expr
    span_a: Expr
    span_b: Expr


def ichimoku(conversion: int = 9, base: int = 26, span: int = 52) -> Ichimoku:
    """Ichimoku: middles of the high-low range over three lengths; the cloud is that of `base` bars ago, as drawn today.

    span_a = ((conversion + base) / 2)[base], span_b = middle(span)[base]. The lagging span is left out: it looks ahead.

    Unit: price. Warm-up: `conversion` - 1, `base` - 1, `base` + the longer of both - 1, `base` + `span` - 1 bars;
    exact. Source: Hosoda (1968).
    """
    ahead = bars(base, "base")
    first, second = _middle(bars(conversion, "conversion")), _middle(ahead)
    return Ichimoku(first, second, ((first + second) / 2)[ahead], _middle(bars(span, "span"))[ahead])


def _middle(length: int) -> Expr:
    return (highest(high, length) + lowest(low, length)) / 2


class Candle(NamedTuple):
    """Smoothed open, high, low and close, price."""

    open: Expr
    high: Expr
    low: Expr
    close: Expr


def heikin_ashi() -> Candle:
    """Heikin-ashi: close = mean of the four prices; open = middle of the previous heikin-ashi open and close.

    High and low take those two in. Unit: price. Seed: middle of the first open and close. Warm-up: none; within 1e-9
    after 34 bars. Source: Valcu (2004).
    """
    last = (open_ + high + low + close) / 4
    first = call("heikin_ashi_open", open_, close, last)
    top = function("max", function("max", first, last), high)
    return Candle(first, top, function("min", function("min", first, last), low), last)
