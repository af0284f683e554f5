"""The bounds of an indicator's numbers."""

from __future__ import annotations

from typing import Final

from tapehawk.core.errors import OutOfBounds

LONGEST: Final = 5_000  # bars: a window of a year of five-minute bars is 19,656, of twenty years of daily ones 5,040


def bars(value: object, name: str, *, least: int = 1, most: int = LONGEST) -> int:
    """Return a number of bars, whole and from `least` to `most`; raises OutOfBounds naming the parameter."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value % 1:
        raise OutOfBounds(f"{name} = {value!r}: a whole number of bars is needed", hint=f"{name} is {least} to {most}")
    if not least <= value <= most:
        raise OutOfBounds(f"{name} = {value:g} is out of bounds", hint=f"{name} is {least} to {most} bars")
    return int(value)


def factor(value: object, name: str, *, most: float = 100.0) -> float:
    """Return a factor above 0 and up to `most`; raises OutOfBounds naming the parameter."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0.0 < value <= most:
        raise OutOfBounds(f"{name} = {value!r} is out of bounds", hint=f"{name} is above 0, at most {most:g}")
    return float(value)
