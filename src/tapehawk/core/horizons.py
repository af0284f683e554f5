"""How far back momentum looks on each timeframe: a short and a long horizon, in bars.

Five of them are traders' own (1m, 5m, 1h, 1d, 1w); those between are their geometric interpolation by the minutes of a
bar, rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

EXTRA_HISTORY: Final = 50  # bars beyond the long horizon, for what else is asked of them (averages, RSI, MACD, ADX)


class Horizon(NamedTuple):
    """Bars that short and long momentum look back."""

    short: int
    long: int

    @property
    def history(self) -> int:
        """Bars that must be there before anything is said of a timeframe."""
        return self.long + EXTRA_HISTORY


HORIZONS: Final[Mapping[str, Horizon]] = {
    "1m": Horizon(10, 60),
    "5m": Horizon(5, 20),
    "15m": Horizon(5, 16),
    "30m": Horizon(4, 14),
    "1h": Horizon(4, 12),
    "4h": Horizon(5, 18),
    "1d": Horizon(7, 30),
    "1w": Horizon(4, 12),
}
