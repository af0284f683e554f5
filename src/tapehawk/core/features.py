"""What a model looks at: features of a setup, known when the setup is, without unit, mirrored for a SELL.

A feature is an expression like any other, so a model sees in history, in replay and live what it was trained on. Prices
count in average true ranges and as differences that turn their sign with the side: a SELL looks like its mirrored BUY,
and prices ten times as high change nothing. Of a setup known at the open the bar before is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.errors import BadInput
from tapehawk.core.expr import Expr, function
from tapehawk.core.indicators import adx, atr, ema, highest, lowest, natr, rsi, rvol, true_range
from tapehawk.core.scanner import AT_OPEN, NONE, SELL, Setup


def with_levels(setups: Iterable[Setup]) -> list[Setup]:
    """Return the setups that a model can learn of: those without a side have no target to reach."""
    return [setup for setup in setups if setup.direction is not NONE]


def features_of(setup: Setup) -> dict[str, Expr]:
    """Return the features of a setup's hits, by name, in the order that models know them by.

    Raises BadInput for a setup without a stop, which has no side.
    """
    if setup.stop is None:
        raise BadInput(f"the pattern {setup.pattern!r} has no levels", hint="choose a scanner whose patterns have")
    ago = 1 if setup.known == AT_OPEN else 0
    sided = {name: -x if setup.direction is SELL else x for name, x in _sided().items()}
    risk = abs(setup.entry - setup.stop) / atr(14)[ago]
    return {"risk": risk, **{name: x[ago] for name, x in (sided | _sideless()).items()}}


def _sided() -> dict[str, Expr]:
    """Return what a BUY sees, and a SELL with the opposite sign."""
    room = atr(14)
    top, bottom = highest(high, 60), lowest(low, 60)
    return {
        "body": (close - open_) / room,
        "location": (close + close - high - low) / room,
        "move_5": (close - close[5]) / room,
        "move_20": (close - close[20]) / room,
        "extension": (close - ema(close, 20)) / room,
        "trend": (ema(close, 20) - ema(close, 50)) / room,
        "rsi": rsi(14) - 50,
        "place_60": (close + close - top - bottom) / (top - bottom),
    }


def _sideless() -> dict[str, Expr]:
    """Return what both sides see alike."""
    return {
        "volume": function("log", rvol(20)),
        "range": true_range() / atr(14)[1],
        "volatility": function("log", natr(14)),
        "adx": adx(14).adx,
    }
