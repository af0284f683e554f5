"""How far prices swing: true range and its averages, bands and channels."""

from __future__ import annotations

from typing import NamedTuple

from tapehawk.core.columns import close, high, low
from tapehawk.core.expr import Expr, call
from tapehawk.core.indicators.basics import ema, highest, lowest, rma, sma, std
from tapehawk.core.indicators.bounds import bars, factor


def true_range() -> Expr:
    """True range: greatest of high - low, |high - previous close|, |low - previous close|.

    Unit: price. Seed: the first bar's high - low (TA-Lib answers null there). Warm-up: none; settled, and exact, from
    the second bar on. Source: Wilder (1978).
    """
    return call("wilder_range", high, low, close)


def atr(length: int = 14) -> Expr:
    """Average true range: Wilder's average of the true range.

    Unit: price. Seed: mean of the first `length` true ranges, the first bar's high - low among them (TA-Lib leaves that
    one out). Warm-up: `length` - 1 bars; within 1e-9 after ≈ 23 × `length` more. Source: Wilder (1978).
    """
    return rma(true_range(), length)


def natr(length: int = 14) -> Expr:
    """Average true range in percent of the close: 100 × atr / close.

    Unit: percent. Seed: that of `atr`. Warm-up: as `atr`. Source: Forman (2006), as TA-Lib NATR.
    """
    return atr(length) / close * 100


def adr(length: int = 20) -> Expr:
    """Average daily range: the mean over `length` bars of (high / low - 1) × 100.

    On intraday bars write on("1d", adr(20)) for the sessions before.

    Unit: percent. Warm-up: `length` - 1 bars; exact. Source: Qullamaggie's ADR%, glossary 11.
    """
    return sma((high / low - 1) * 100, length)


class Bollinger(NamedTuple):
    """Bands (price), %B (0 at the lower band, 1 at the upper) and bandwidth (share of the middle)."""

    upper: Expr
    middle: Expr
    lower: Expr
    percent_b: Expr
    bandwidth: Expr


def bollinger(length: int = 20, width: float = 2.0, x: Expr = close) -> Bollinger:
    """Bollinger bands: sma ± `width` population standard deviations; %B = (x - lower) / (upper - lower).

    Unit: price; %B and bandwidth (upper - lower) / middle are ratios; %B is null where all
    values are equal. Warm-up: `length` - 1 bars; exact.
    Source: Bollinger, *Bollinger on Bollinger Bands* (2001).
    """
    middle, reach = sma(x, length), std(x, length) * factor(width, "width")
    upper, lower = middle + reach, middle - reach
    return Bollinger(upper, middle, lower, (x - lower) / (upper - lower), (upper - lower) / middle)


class Channel(NamedTuple):
    """A channel's lines, price."""

    upper: Expr
    middle: Expr
    lower: Expr


def keltner(length: int = 20, multiple: float = 2.0, atr_length: int = 10) -> Channel:
    """Keltner channel: ema of the close ± `multiple` average true ranges.

    Unit: price. Seed: as `ema` and `atr`. Warm-up: `atr_length` - 1 bars; within 1e-9 after the longer of
    ≈ 11.5 × `length` and 23 × `atr_length`. Source: Raschke's form of Keltner (1960).
    """
    middle = ema(close, length)
    reach = atr(bars(atr_length, "atr_length")) * factor(multiple, "multiple")
    return Channel(middle + reach, middle, middle - reach)


def donchian(length: int = 20) -> Channel:
    """Donchian channel: highest high and lowest low of the `length` bars *before*, and their middle.

    Unit: price. Warm-up: `length` bars; exact. Source: Donchian; TA-Lib's MAX and MIN include the current bar.
    """
    upper, lower = highest(high, length)[1], lowest(low, length)[1]
    return Channel(upper, (upper + lower) / 2, lower)


def squeeze(length: int = 20, width: float = 2.0, multiple: float = 1.5, atr_length: int = 20) -> Expr:
    """True while the Bollinger bands lie inside the Keltner channel.

    A condition: bollinger upper < keltner upper and bollinger lower > keltner lower. Seed: as `ema` and `atr`. Warm-up:
    the longer of `length` and `atr_length`, less 1; settles as `keltner`. Source: Carter, *Mastering the Trade* (2005).
    """
    bands, channel = bollinger(length, width), keltner(length, multiple, atr_length)
    return (bands.upper < channel.upper) & (bands.lower > channel.lower)
