"""Numbers as a trader reads them."""

from __future__ import annotations

import math
from typing import Final

NOTHING: Final = "–"
_SCALES: Final = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def price(value: float | None) -> str:
    """Cents from one up, four significant digits below."""
    if value is None or math.isnan(value):
        return NOTHING
    if abs(value) >= 1 or value == 0:
        return f"{value:,.2f}"
    return f"{value:.{3 - math.floor(math.log10(abs(value)))}f}"


def short(value: float | None) -> str:
    """Large numbers by their scale: 1,234,567 is 1.23M."""
    if value is None or math.isnan(value):
        return NOTHING
    for scale, letter in _SCALES:
        if abs(value) >= scale:
            return f"{value / scale:,.3g}{letter}" if abs(value) < 999.5 * scale else f"{value / scale:,.0f}{letter}"
    return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def whole(value: float | None) -> str:
    """Whole numbers with their thousands apart; fractions (of a coin) with four significant digits."""
    if value is None or math.isnan(value):
        return NOTHING
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"


def ratio(value: float | None) -> str:
    """One decimal."""
    return NOTHING if value is None or math.isnan(value) else f"{value:,.1f}"


def plain(value: object) -> str:
    """Whatever a scanner shows: numbers in four digits, text as it is, lists with commas."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or isinstance(value, int | float):
        return _four_digits(value)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _four_digits(value: float | None) -> str:
    if value is None or math.isnan(value) or abs(value) >= 10_000:
        return short(value)
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def many(count: int, noun: str) -> str:
    """Return how many of something there are: 1 row, 2 rows."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def size(count: int) -> str:
    """Bytes by their scale."""
    scale, letter = next(((s, name) for s, name in _SCALES if count >= s), (1.0, ""))
    return f"{count / scale:,.1f} {letter}B"


def duration(seconds: float) -> str:
    """Time by its scale: 42 s, 7 min, 2.5 h."""
    if seconds < 90:
        return f"{seconds:,.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 5400 else f"{seconds / 3600:,.1f} h"
