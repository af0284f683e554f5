"""Reversal: after a long move a wide, busy bar takes back half of the bar before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from tapehawk.core.columns import close, high, low
from tapehawk.core.indicators import atr, change, highest, lowest, rvol
from tapehawk.core.scanner import BUY, SELL, Scanner, Setup

_BARS = 5


class Reversal(Scanner):
    """A move of one and a half ATR over five bars, and then a wide bar on volume that closes against it.

    The move is that of the close over the five bars before this one. The bar's range is at least that of the one
    before, it closes beyond its middle, and it trades more than usual. The stop is the move's extreme.
    """

    min_move_atr: Annotated[float, Field(ge=0, le=100, description="move over the five bars before, in ATR")] = 1.5
    min_rvol: Annotated[float, Field(ge=0, le=100, description="times the mean volume of the 20 bars before")] = 1.2

    def setups(self) -> Iterator[Setup]:
        """Yield the turn up after a fall and the turn down after a rise."""
        move, middle = (change(close, _BARS) / atr(14))[1], (high[1] + low[1]) / 2
        wide = {"as wide as the bar before": high - low >= high[1] - low[1]}
        busy = {"rvol": rvol(20) >= self.min_rvol}
        yield Setup(
            "up",
            BUY,
            base=115,
            when={"fall": move <= -self.min_move_atr, **wide, "closes above its middle": close > middle, **busy},
            stop=lowest(low, _BARS + 1),
            show={"move_atr": move},
        )
        yield Setup(
            "down",
            SELL,
            base=115,
            when={"rise": move >= self.min_move_atr, **wide, "closes below its middle": close < middle, **busy},
            stop=highest(high, _BARS + 1),
            show={"move_atr": move},
        )
