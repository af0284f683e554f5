"""Relative volume: a session that trades many times what it usually has by this minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log
from typing import Annotated, ClassVar

from pydantic import Field

from tapehawk.core.columns import close, raw, session, volume
from tapehawk.core.expr import Expr, call, function, on
from tapehawk.core.indicators import (
    atr,
    natr,
    session_high,
    session_low,
    session_open,
    sma,
    volume_so_far,
    volume_so_far_usual,
)
from tapehawk.core.scanner import BUY, NONE, SELL, Scanner, Setup
from tapehawk.core.timeframes import daily

_change, _day_atr = close - session_open(), daily(atr(14))
_change_pct = (close / session_open() - 1) * 100
_FLAT_ATR = 0.5


class RelativeVolume(Scanner):
    """A session that has traded at least five times what its own sessions before had by the same minute.

    Up and down: it stands more than half a daily ATR from its open; flat: within it (no side, to watch). The score is
    25 for every doubling of the volume, at most 100. The stop is 1.5 daily ATR away.
    """

    timeframes: ClassVar[tuple[str, ...]] = ("1m", "5m", "15m", "30m", "1h", "4h", "1d")

    min_relative_volume: Annotated[float, Field(ge=1, le=10_000, description="times the usual volume by then")] = 5.0
    lookback_days: Annotated[int, Field(ge=1, le=250, description="sessions before that say what is usual")] = 14
    min_avg_volume: Annotated[float, Field(ge=0, le=1e12, description="shares a session as traded, mean")] = 100_000
    price_change_min: Annotated[float | None, Field(ge=-100, description="least change from the open, percent")] = None
    price_change_max: Annotated[float | None, Field(le=100_000, description="largest, percent")] = None

    def setups(self) -> Iterator[Setup]:
        """Yield busy sessions that rise, fall and stand still."""
        ratio, reach = self._ratio(), _FLAT_ATR * _day_atr
        score = function("min", function("log", ratio) * (25 / log(2)), 100)
        busy, show = self._busy(), self._shown()
        up, down = busy | {"up": _change > reach}, busy | {"down": _change < -reach}
        yield Setup("up", BUY, up, stop=close - 1.5 * _day_atr, score=score, show=show)
        yield Setup("down", SELL, down, stop=close + 1.5 * _day_atr, score=score, show=show)
        yield Setup("flat", NONE, busy | {"flat": abs(_change) <= reach}, score=score, show=show)

    def _ratio(self) -> Expr:
        return volume_so_far() / volume_so_far_usual(self.lookback_days)

    def _usual_day(self) -> Expr:
        return on("1d", sma(raw.volume, self.lookback_days))

    def _busy(self) -> dict[str, Expr]:
        least, most = self.price_change_min, self.price_change_max
        return {
            "relative volume": self._ratio() >= self.min_relative_volume,
            "mean volume of a session": self._usual_day() >= self.min_avg_volume,
            **({} if least is None else {f"change ≥ {least:g} %": _change_pct >= least}),
            **({} if most is None else {f"change ≤ {most:g} %": _change_pct <= most}),
        }

    def _shown(self) -> Mapping[str, Expr]:
        return {
            "relative_volume": self._ratio(),
            "current_volume": call("session_sum", raw.volume, session),
            "avg_daily_volume": self._usual_day(),
            "avg_dollar_volume": on("1d", sma(close * volume, self.lookback_days)),
            "open_price": session_open(),
            "day_high": session_high(),
            "day_low": session_low(),
            "price_change_pct": _change_pct,
            "intraday_range_pct": (session_high() - session_low()) / session_open() * 100,
            "volatility_pct": daily(natr(14)),
        }
