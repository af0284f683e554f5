"""Gap: the session opens away from the last regular close, and goes on from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from tapehawk.core.columns import close, high, low, minute, open_, session
from tapehawk.core.expr import Expr, call, on, where
from tapehawk.core.scanner import BUY, SELL, Scanner, Setup
from tapehawk.core.timeframes import bars_a_session, closes_at, opens_at
from tapehawk.core.trigger import Trigger

INTRADAY = ("1m", "5m", "15m", "30m", "1h", "4h")

_premarket = minute < opens_at
_after_hours = minute >= closes_at
_part = session + where(_premarket, 0, where(_after_hours, 0.75, 0.5))  # one number for each phase of each session
_last_regular_session = where(_after_hours, session, on("1d", session))

first_trade = call("session_first", open_, _part)
first_high, first_low = call("session_first", high, _part), call("session_first", low, _part)
previous_close = call("session_first", close[1], _last_regular_session)  # the close before the first bar after it
gap_pct = (where(_premarket, close, first_trade) / previous_close - 1) * 100


class Gap(Scanner):
    """A gap from the last regular close, and a move on in its direction.

    The gap is the first regular trade over the previous regular close; before the open it is the last premarket trade
    over it. A breakout is intraday: a bar of regular hours closes beyond the first one after the open. A continuation
    is a whole session (daily bars) or a premarket bar that closes in the gap's direction. The stop is the other end
    of the setup bar. Regular hours are those of the session: until 13:00 on a day of an early close.
    """

    timeframes: ClassVar[tuple[str, ...]] = (*INTRADAY, "1d")

    breakout_gap_pct: Annotated[float, Field(gt=0, le=100, description="smallest gap of a breakout, percent")] = 0.5
    continuation_gap_pct: Annotated[float, Field(gt=0, le=100, description="of a continuation, percent")] = 2.0

    def setups(self) -> Iterator[Setup]:
        """Yield breakouts and continuations, up and down."""
        in_session = {"regular hours": (minute >= opens_at) & (minute < closes_at)}
        up, down = gap_pct >= self.breakout_gap_pct, gap_pct <= -self.breakout_gap_pct
        above = in_session | {"gap up": up, "above the first bar": close > first_high}
        below = in_session | {"gap down": down, "below the first bar": close < first_low}
        armed = in_session | {"behind the first bar": _part == _part[1]}
        yield Setup(
            "breakout_up",
            BUY,
            above,
            stop=first_low,
            base=120,
            show=_shown(),
            timeframes=INTRADAY,
            trigger=Trigger(first_high[1], armed | {"gap up": up[1]}, stop=first_low[1]),
        )
        yield Setup(
            "breakout_down",
            SELL,
            below,
            stop=first_high,
            base=120,
            show=_shown(),
            timeframes=INTRADAY,
            trigger=Trigger(first_low[1], armed | {"gap down": down[1]}, stop=first_high[1]),
        )
        whole = {"premarket or a whole session": _premarket | (bars_a_session == 1)}
        up, down = gap_pct >= self.continuation_gap_pct, gap_pct <= -self.continuation_gap_pct
        on_up = whole | {"gap up": up, "green": close > open_}
        on_down = whole | {"gap down": down, "red": close < open_}
        yield Setup("continuation_up", BUY, on_up, stop=low, base=125, show=_shown())
        yield Setup("continuation_down", SELL, on_down, stop=high, base=125, show=_shown())


def _shown() -> Mapping[str, Expr]:
    return {"opening_gap_pct": gap_pct, "previous_close": previous_close}
