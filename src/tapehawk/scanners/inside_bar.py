"""Inside bar: a bar within the one before it, then a close beyond it."""

from __future__ import annotations

from collections.abc import Iterator

from tapehawk.core.columns import close, high, low
from tapehawk.core.scanner import BUY, SELL, Scanner, Setup
from tapehawk.core.trigger import Trigger

_BEYOND = 0.001


class InsideBar(Scanner):
    """A completed inside bar, and a bar that closes beyond its high or low by a tenth of a percent.

    The inside bar is the one before: within both ends of its own predecessor. The stop is its other end. A price that
    crosses the level before its bar has closed shows in live scanning and in replay: such a row is marked `intrabar`
    until the close says what this scanner says.
    """

    def setups(self) -> Iterator[Setup]:
        """Yield the breakout above and the breakdown below."""
        inside = {"inside bar": (high[1] < high[2]) & (low[1] > low[2])}
        above, below = high[1] * (1 + _BEYOND), low[1] * (1 - _BEYOND)
        yield Setup(
            "breakout",
            BUY,
            base=110,
            when=inside | {"close above it": close > above},
            stop=low[1],
            trigger=Trigger(above, inside, stop=low[1]),
        )
        yield Setup(
            "breakdown",
            SELL,
            base=110,
            when=inside | {"close below it": close < below},
            stop=high[1],
            trigger=Trigger(below, inside, stop=high[1]),
        )
