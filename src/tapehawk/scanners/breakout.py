"""Breakout: the last price beyond the extreme of the sessions before, on more volume than usual."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from tapehawk.core.band import BandScanner
from tapehawk.core.columns import close, high, low, raw, session
from tapehawk.core.expr import Expr, call, function, on, where
from tapehawk.core.indicators import (
    atr,
    highest,
    lowest,
    session_high,
    session_low,
    session_open,
    volume_so_far,
    volume_so_far_usual,
)
from tapehawk.core.scanner import BUY, SELL, Setup
from tapehawk.core.timeframes import daily


class Breakout(BandScanner):
    """The last price beyond the highest high (or lowest low) of the sessions before, on more volume than usual.

    On daily bars the last price is the close; on intraday bars it is the close of the last bar up to the cutoff, and
    the volume so far is compared with what those sessions had traded by the same minute. The score adds up how far the
    price is beyond the level, how busy the session is and how far it came from its open. The stop is the nearer of the
    level less one daily ATR and the session's other extreme.
    """

    timeframes: ClassVar[tuple[str, ...]] = ("1m", "5m", "15m", "30m", "1h", "4h", "1d")

    consolidation_period: Annotated[
        int, Field(ge=1, le=250, description="sessions before, whose extreme is the level")
    ] = 5
    resistance_break_pct: Annotated[float, Field(ge=0, le=100, description="percent beyond the level")] = 0.5
    breakout_volume_ratio: Annotated[float, Field(ge=0, le=1000, description="times the usual volume by then")] = 1.5

    def setups(self) -> Iterator[Setup]:
        """Yield the break of resistance and that of support."""
        resistance = on("1d", highest(high, self.consolidation_period))
        support = on("1d", lowest(low, self.consolidation_period))
        room = daily(atr(14))
        above, below = close / resistance - 1, 1 - close / support
        rise = close / session_open() - 1
        yield Setup(
            "resistance_break",
            BUY,
            base=110,
            when={"above resistance": above * 100 > self.resistance_break_pct, "volume": self._busy()},
            stop=function("max", resistance - room, session_low()),
            score=_probability(above, rise, self._ratio()),
            show=self._shown(resistance, above),
        )
        yield Setup(
            "support_break",
            SELL,
            base=110,
            when={"below support": below * 100 > self.resistance_break_pct, "volume": self._busy()},
            stop=function("min", support + room, session_high()),
            score=_probability(below, -rise, self._ratio()),
            show=self._shown(support, below),
        )

    def _ratio(self) -> Expr:
        """Return the volume so far over what the sessions before had traded by this minute."""
        return volume_so_far() / volume_so_far_usual(self.consolidation_period)

    def _busy(self) -> Expr:
        return self._ratio() >= self.breakout_volume_ratio

    def _shown(self, level: Expr, beyond: Expr) -> Mapping[str, Expr]:
        return {
            "level": level,
            "breakout_pct": beyond * 100,
            "volume_ratio": self._ratio(),
            "open_price": session_open(),
            "current_high": session_high(),
            "current_low": session_low(),
            "current_volume": call("session_sum", raw.volume, session),
        }


def _probability(beyond: Expr, move: Expr, ratio: Expr) -> Expr:
    """Return 0–100: 50 for the distance beyond the level, 30 for the volume, 20 for a percent from the open."""
    strength = where(beyond > 0.02, 50, where(beyond > 0.01, 30, where(beyond > 0.005, 20, 10)))
    busy = where(ratio > 3, 30, where(ratio > 2, 20, where(ratio >= 1.5, 10, 5)))
    return strength + busy + where(move > 0.01, 20, 0)
