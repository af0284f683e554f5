"""The bars of a slower timeframe in a session that goes on: where they begin and end among the bars that come."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tapehawk.core.errors import BadInput
from tapehawk.core.panel import Ints
from tapehawk.core.series import SESSION_TIMEFRAMES, TIMEFRAMES
from tapehawk.core.sessions import calendar_named, day_number
from tapehawk.data.open_session import MINUTE_US, Places
from tapehawk.scan.history import Past


@dataclass(frozen=True, eq=False)
class Buckets:
    """`edges`: the places (bars of the session) at which a slower bar begins, and behind them where the last one ends.

    Raises BadInput for timeframes whose bars are not made of others.
    """

    edges: Ints
    slots: int
    step: int
    day: int
    opens: int

    @classmethod
    def of(cls, past: Past, places: Places) -> Buckets:
        """Return those of a session's hours."""
        calendar, day = calendar_named(past.series.market), np.array([day_number(past.session)])
        if past.timeframe in SESSION_TIMEFRAMES:
            raise BadInput(f"{past.timeframe} bars are not made of {past.series.timeframe} bars")
        opens, closes = int(calendar.open_of(day, past.hours)[0]), int(calendar.close_of(day, past.hours)[0])
        each = TIMEFRAMES[past.timeframe] * MINUTE_US
        instants = np.append(np.arange(opens, closes, each), closes)
        return cls((instants - places.begins) // places.step, places.slots, places.step, int(day[0]), opens)

    def closed(self, upto: int) -> int:
        """Return up to which place slower bars have closed, once the session's bars have up to a place."""
        if upto == self.slots:
            return upto
        edges = self.edges[self.edges <= upto]
        return int(edges[-1]) if edges.size else 0

    def forming(self, done: int) -> tuple[int, float | None]:
        """Return when the bar behind a place begins, µs UTC, and at which minute of the hours; None behind the last."""
        begins = self.edges[:-1][self.edges[:-1] >= done]
        if not begins.size:
            return 0, None
        since = int(begins[0] - self.edges[0]) * self.step
        return self.opens + since, since / MINUTE_US
