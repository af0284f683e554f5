"""Outside bar: a bar beyond both ends of the one before it, then a close further in its direction."""

from __future__ import annotations

from collections.abc import Iterator

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.scanner import BUY, SELL, Scanner, Setup
from tapehawk.core.trigger import Trigger

_BEYOND = 0.001


class OutsideBar(Scanner):
    """A completed outside bar, and a bar that follows through beyond it in the direction of its candle.

    The outside bar is the one before: higher high and lower low than its own predecessor. The follow-through closes a
    tenth of a percent beyond its high (after a green one) or its low (after a red one). The stop is its other end.
    """

    def setups(self) -> Iterator[Setup]:
        """Yield the follow-through up and the one down."""
        outside = {"outside bar": (high[1] > high[2]) & (low[1] < low[2])}
        green, red = outside | {"green": close[1] > open_[1]}, outside | {"red": close[1] < open_[1]}
        above, below = high[1] * (1 + _BEYOND), low[1] * (1 - _BEYOND)
        yield Setup(
            "follow_through_up",
            BUY,
            base=115,
            when=green | {"close above it": close > above},
            stop=low[1],
            trigger=Trigger(above, green, stop=low[1]),
        )
        yield Setup(
            "follow_through_down",
            SELL,
            base=115,
            when=red | {"close below it": close < below},
            stop=high[1],
            trigger=Trigger(below, red, stop=high[1]),
        )
