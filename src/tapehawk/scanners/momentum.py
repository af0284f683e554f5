"""Momentum: most of the last bars went one way, far, and this one goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.indicators import atr, change, count
from tapehawk.core.scanner import BUY, SELL, Scanner, Setup

_BARS = 5


class Momentum(Scanner):
    """At least four of the last five bars and this one go the same way, by two ATR, and it closes in its outer third.

    A bar goes up if it is green; the move is that of the close over the five bars. The stop is the bar's other end.
    """

    min_bars: Annotated[int, Field(ge=1, le=_BARS, description="bars of the last five in the direction")] = 4
    min_move_atr: Annotated[float, Field(ge=0, le=100, description="move of the close over five bars, in ATR")] = 2.0

    def setups(self) -> Iterator[Setup]:
        """Yield the continuation up and the one down."""
        move = change(close, _BARS) / atr(14)
        from_low, from_high = (close - low) / (high - low), (high - close) / (high - low)
        green, red, show = close > open_, close < open_, {"move_atr": move, "close_location": from_low}
        yield Setup(
            "continuation_up",
            BUY,
            base=120,
            when={
                "green": green,
                "green bars": count(green, _BARS) >= self.min_bars,
                "move": move >= self.min_move_atr,
                "closes in the upper third": from_low >= 2 / 3,
            },
            stop=low,
            show=show,
        )
        yield Setup(
            "continuation_down",
            SELL,
            base=120,
            when={
                "red": red,
                "red bars": count(red, _BARS) >= self.min_bars,
                "move": move <= -self.min_move_atr,
                "closes in the lower third": from_high >= 2 / 3,
            },
            stop=high,
            show=show,
        )
