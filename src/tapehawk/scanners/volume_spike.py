"""Volume spike: a bar that trades far more than the bars before it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.indicators import rvol
from tapehawk.core.scanner import BUY, SELL, Scanner, Setup


class VolumeSpike(Scanner):
    """A bar with more than twice the mean volume of the 20 bars before it, on the side of its candle.

    A doji (close equal to open) has no side and is no hit. The stop is the other end of the bar.
    """

    volume_ratio: Annotated[float, Field(ge=1, le=100, description="times the mean of the 20 bars before")] = 2.0

    def setups(self) -> Iterator[Setup]:
        """Yield the spike of a green bar and that of a red one."""
        spike, show = {"volume": rvol(20) > self.volume_ratio}, {"volume_ratio": rvol(20)}
        yield Setup("up", BUY, base=162, says=("volume",), when=spike | {"green": close > open_}, stop=low, show=show)
        yield Setup("down", SELL, base=162, says=("volume",), when=spike | {"red": close < open_}, stop=high, show=show)
