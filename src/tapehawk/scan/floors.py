"""What a bar must be for its hits to count, whichever the scanner: named conditions before the pattern's own.

They stand in the funnel as every condition does, and hide rows before a cap is counted. A pattern that is known at the
open is asked about the bar before: its own has not traded yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from tapehawk.core.columns import close, volume
from tapehawk.core.expr import Expr
from tapehawk.core.scanner import AT_OPEN, Setup


@dataclass(frozen=True)
class Floors:
    """The smallest volume and dollar volume of a bar and its lowest and highest price, all as traded; 0: any."""

    volume: float = 0.0
    dollar_volume: float = 0.0
    price: float = 0.0
    highest_price: float = 0.0

    def before(self, setup: Setup) -> Setup:
        """Return a setup that asks for these first."""
        return replace(setup, when={**self._conditions(1 if setup.known == AT_OPEN else 0), **setup.when})

    def _conditions(self, ago: int) -> Mapping[str, Expr]:
        price, shares, dollars = close[ago], volume[ago], (close * volume)[ago]
        asked = {
            f"filter: volume ≥ {self.volume:,.0f}": (self.volume, shares >= self.volume),
            f"filter: dollar volume ≥ {self.dollar_volume:,.0f}": (self.dollar_volume, dollars >= self.dollar_volume),
            f"filter: price ≥ {self.price:g}": (self.price, price >= self.price),
            f"filter: price ≤ {self.highest_price:g}": (self.highest_price, price <= self.highest_price),
        }
        return {name: condition for name, (bound, condition) in asked.items() if bound}


NO_FLOORS: Final = Floors()
