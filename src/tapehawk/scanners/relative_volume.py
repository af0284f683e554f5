"""Relative volume: a session that trades many times what it usually has by this minute."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log
from typing import Annotated, ClassVar

from pydantic import Field

from tapehawk.core.columns import close, minute, raw, session, volume
from tapehawk.core.expr import Expr, call, function, known, make, number, on, where
from tapehawk.core.indicators import atr, natr, session_high, session_low, session_open, sma, volume_so_far
from tapehawk.core.scanner import BUY, NONE, SELL, Scanner, Setup
from tapehawk.core.timeframes import BAR_MINUTES, SESSION_BARS, bars_a_session, daily

_TICKS, _LEAST_SHARE = 10, 39  # a regular session of 390 minutes is 39 times ten
_ticks = call("session_sum", number(close > 0), session)
_change, _day_atr = close - session_open(), daily(atr(14))
_change_pct = (close / session_open() - 1) * 100
_range_pct = (session_high() - session_low()) / session_open() * 100
_FLAT_ATR = 0.5
_WORDS = {"momentum_signal": ("NEUTRAL", "LOW", "MODERATE", "HIGH")}


class RelativeVolume(Scanner):
    """A session that has traded at least five times what its own sessions before had by the same minute.

    Up and down: it stands more than half a daily ATR from its open; flat: within it (no side, to watch). The score is
    25 for every doubling of the volume, at most 100. The stop is 1.5 daily ATR away. What is usual is known from
    `min_sample_days` sessions on, or a third of `lookback_days` if that is more; a mean day is that of so many sessions
    until there are `lookback_days`. On intraday bars the session has ten bars so far (`current_ticks`), of longer bars
    a 39th of a session's. `first_tick` and `last_tick` are when the first and the last of them began, in minutes since
    the hours did. `momentum_signal` is HIGH (changed by 1.5 % from its open in a range of 2 %), MODERATE (1 % in
    1.5 %), LOW (0.5 %) or NEUTRAL.

    Two columns of other programs are left out. `time_slots_covered` counts the minutes that have been sampled often
    enough to enter what is usual; here a session that lacks a minute counts with what it had traded by then, so all
    minutes so far are covered or none is known. `volume_ratio_text` is `relative_volume` in letters.
    """

    timeframes: ClassVar[tuple[str, ...]] = ("1m", "5m", "15m", "30m", "1h", "4h", "1d")

    min_relative_volume: Annotated[float, Field(ge=1, le=10_000, description="times the usual volume by then")] = 5.0
    lookback_days: Annotated[int, Field(ge=1, le=250, description="sessions before that say what is usual")] = 14
    min_sample_days: Annotated[int, Field(ge=1, le=250, description="sessions needed to say so, at least")] = 5
    min_avg_volume: Annotated[float, Field(ge=0, le=1e12, description="shares a session as traded, mean")] = 100_000
    price_change_min: Annotated[float | None, Field(ge=-100, description="least change from the open, percent")] = None
    price_change_max: Annotated[float | None, Field(le=100_000, description="largest, percent")] = None

    def setups(self) -> Iterator[Setup]:
        """Yield busy sessions that rise, fall and stand still."""
        ratio, reach = self._ratio(), _FLAT_ATR * _day_atr
        score = function("min", function("log", ratio) * (25 / log(2)), 100)
        busy, show = self._busy(), self._shown()
        up, down = busy | {"up": _change > reach}, busy | {"down": _change < -reach}
        yield Setup("up", BUY, up, stop=close - 1.5 * _day_atr, score=score, show=show, words=_WORDS)
        yield Setup("down", SELL, down, stop=close + 1.5 * _day_atr, score=score, show=show, words=_WORDS)
        yield Setup("flat", NONE, busy | {"flat": abs(_change) <= reach}, score=score, show=show, words=_WORDS)

    def _ratio(self) -> Expr:
        return volume_so_far() / self._expected()

    def _least(self) -> int:
        return min(max(self.min_sample_days, self.lookback_days // 3), self.lookback_days)

    def _expected(self) -> Expr:
        """Return the mean of what the sessions before had traded by this minute."""
        numbers = (self.lookback_days, BAR_MINUTES, SESSION_BARS, self._least())
        return make("usual_so_far", (volume_so_far(), session, minute), numbers, power=volume.power)

    def _mean_day(self, x: Expr) -> Expr:
        """Return the mean of the sessions before, of the last few of them while there are no more."""
        whole, few = sma(x, self.lookback_days), sma(x, self._least())
        return on("1d", where(known(whole), whole, few))

    def _busy(self) -> dict[str, Expr]:
        least, most = self.price_change_min, self.price_change_max
        return {
            "bars so far": _ticks >= function("min", bars_a_session / _LEAST_SHARE, _TICKS),
            "relative volume": self._ratio() >= self.min_relative_volume,
            "mean volume of a session": self._mean_day(raw.volume) >= self.min_avg_volume,
            **({} if least is None else {f"change ≥ {least:g} %": _change_pct >= least}),
            **({} if most is None else {f"change ≤ {most:g} %": _change_pct <= most}),
        }

    def _shown(self) -> Mapping[str, Expr]:
        return {
            "relative_volume": self._ratio(),
            "expected_volume_by_cutoff": self._expected(),
            "current_volume": call("session_sum", raw.volume, session),
            "avg_daily_volume": self._mean_day(raw.volume),
            "avg_dollar_volume": self._mean_day(close * volume),
            "current_ticks": _ticks,
            "first_tick": call("session_first", minute, session),
            "last_tick": minute,
            "open_price": session_open(),
            "current_price": close,
            "day_high": session_high(),
            "day_low": session_low(),
            "price_change_pct": _change_pct,
            "intraday_range_pct": _range_pct,
            "momentum_signal": _momentum(),
            "volatility_pct": daily(natr(14)),
        }


def _momentum() -> Expr:
    """Return the place of the word in _WORDS."""
    change = abs(_change_pct)
    moderate = where((change >= 1) & (_range_pct >= 1.5), 2, number(change >= 0.5))
    return where((change >= 1.5) & (_range_pct >= 2), 3, moderate)
