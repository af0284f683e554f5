"""CRP, the close-range pattern: a narrow, busy session that stands near one of its ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from tapehawk.core.band import BandScanner
from tapehawk.core.columns import close, minute, raw, session
from tapehawk.core.expr import Expr, call, function, make
from tapehawk.core.indicators import rvol_tod, session_high, session_low, session_open
from tapehawk.core.scanner import BUY, SELL, Setup
from tapehawk.core.timeframes import BAR_MINUTES, SESSION_BARS

_SESSIONS = 20
_top, _bottom = session_high(), session_low()
_range = (_top - _bottom) / close  # a share of the price
_usual_range = make("usual_so_far", (_range, session, minute), (_SESSIONS, BAR_MINUTES, SESSION_BARS, _SESSIONS))
_ratio = rvol_tod(_SESSIONS)
_move = close / session_open() - 1


class Crp(BandScanner):
    """A session that is narrow so far, busier than usual, and near one end of its range on that side of its open.

    The session so far is one row a symbol. Its range is compared with what its own sessions usually had by that
    minute, its volume with what they had traded. The score (0–100) grades how near the end it closes (40), how narrow
    it is (30), how busy (20) and how far from its open (10). The stop is the other end.
    """

    timeframes: ClassVar[tuple[str, ...]] = ("1m", "5m", "15m", "30m", "1h", "4h", "1d")

    close_location: Annotated[float, Field(gt=0.5, le=1, description="share of the range, from the far end")] = 0.8
    range_threshold_pct: Annotated[float, Field(gt=0, le=100, description="widest range, percent of price")] = 3.0
    range_ratio: Annotated[float, Field(gt=0, le=10, description="widest range, times its usual one by then")] = 0.7
    volume_ratio: Annotated[float, Field(ge=0, le=1000, description="least volume, times the usual by then")] = 1.2

    def setups(self) -> Iterator[Setup]:
        """Yield the close near the high and the one near the low."""
        from_low, from_high = (close - _bottom) / (_top - _bottom), (_top - close) / (_top - _bottom)
        near_high = {"near the high": from_low >= self.close_location, **self._narrow(), "above its open": _move > 0}
        near_low = {"near the low": from_high >= self.close_location, **self._narrow(), "below its open": _move < 0}
        yield Setup("near_high", BUY, near_high, stop=_bottom, score=_score(from_low, _move), show=_shown(from_low))
        yield Setup("near_low", SELL, near_low, stop=_top, score=_score(from_high, -_move), show=_shown(from_low))

    def _narrow(self) -> Mapping[str, Expr]:
        return {
            "narrow": _range * 100 <= self.range_threshold_pct,
            "narrower than usual": _range / _usual_range <= self.range_ratio,
            "volume": _ratio >= self.volume_ratio,
        }


def _score(place: Expr, move: Expr) -> Expr:
    """Return 0–100. Full marks: closed at the very end, no range at all, three times the volume, 2 % from the open."""
    near, narrow = _graded(place, 0.5, 1.0), _graded(_range / _usual_range, 1.0, 0.0)
    return near * 40 + narrow * 30 + _graded(_ratio, 1.0, 3.0) * 20 + _graded(move, 0.0, 0.02) * 10


def _graded(x: Expr, none: float, full: float) -> Expr:
    """Return 0 to 1 as x goes from `none` to `full`."""
    return function("min", function("max", (x - none) / (full - none), 0), 1)


def _shown(place: Expr) -> Mapping[str, Expr]:
    return {
        "close_location": place,
        "current_range_pct": _range * 100,
        "range_ratio": _range / _usual_range,
        "volume_ratio": _ratio,
        "open_price": session_open(),
        "current_high": _top,
        "current_low": _bottom,
        "current_volume": call("session_sum", raw.volume, session),
    }
