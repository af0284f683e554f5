"""The clock that signals live by: the exchange's sessions, whether or not a symbol traded.

A *mark* numbers the bars of a market: days since 1970-01-01 times 1440, and the minute of the hours at which the bar
begins (0 for daily bars; weekly bars are all marked with their week's Sunday). Marks rise with time, so they say which
bars are later; `slots` count bars, so they say how many lie between.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Self, TypeVar

import numpy as np

from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.sessions import Calendar, calendar_named
from tapehawk.core.slower import MINUTES
from tapehawk.core.timeframes import bars_in_session

MARKS_A_DAY: Final = 1440
_MINUTE_US: Final = 60_000_000
_WEEK: Final = 7
Days = TypeVar("Days", bound=np.ndarray[Any, Any])


@dataclass(frozen=True)
class Clock:
    """The clock of one timeframe, its hours and market. Methods raise BadInput for a day without a session."""

    timeframe: str
    hours: str
    market: str

    @classmethod
    def of(cls, panel: Panel) -> Self:
        """Return the clock of a panel's bars."""
        return cls(panel.timeframe, panel.hours, panel.calendar)

    @property
    def expiry(self) -> int:
        """Sessions (of weekly bars: weeks) after its own in which a signal may trigger."""
        return 1 if self.timeframe in MINUTES else 5

    @cached_property
    def calendar(self) -> Calendar:
        """The market's sessions."""
        return calendar_named(self.market)

    def marks(self, session: Ints | Floats, minute: Ints | Floats) -> Floats:
        """Return the mark of bars by their session's day and minute."""
        day = np.asarray(session, dtype=np.float64)
        if self.timeframe == "1w":
            return _sunday(day) * MARKS_A_DAY
        return day * MARKS_A_DAY + (minute if self.timeframe in MINUTES else 0.0)

    def located(self, bar_time: Ints) -> tuple[Ints, Floats]:
        """Return session and minute of bars by the instants at which they begin, as rows give them (µs UTC)."""
        return self.calendar.locate(bar_time, self._hours)

    def slots(self, session: Ints, minute: Floats) -> Ints:
        """Return the number of each bar among the market's bars; a session cut short leaves numbers out."""
        if self.timeframe == "1w":
            weeks: Ints = (session + 3) // _WEEK
            return weeks
        row = np.searchsorted(self.calendar.date, session)
        if self.timeframe not in MINUTES:
            return row
        each = bars_in_session(self.timeframe, self.hours, self.market)
        return row * each + (minute // MINUTES[self.timeframe]).astype(np.int64)

    def last_days(self, session: Ints, times: int) -> Ints:
        """Return the last day of so many expiries that begin in a session."""
        count = times * self.expiry
        if self.timeframe == "1w":
            return _sunday(session) + _WEEK * count
        return self.calendar.shift(session, count)

    def closes(self, days: Ints) -> Ints:
        """Return when the last session up to each day closes, µs UTC."""
        row = np.searchsorted(self.calendar.date, days, side="right") - 1
        return self.calendar.close_of(self.calendar.date[row], self._hours)

    def closed_at(self, session: Ints, begins: Ints) -> Ints:
        """Return when bars were closed and so known, µs UTC: by their session's day and their start.

        The last bar of a session closes with it.
        """
        if self.timeframe == "1w":
            return self.closes(_sunday(session))
        closes = self.calendar.close_of(session, self._hours)
        if self.timeframe not in MINUTES:
            return closes
        return np.minimum(begins + MINUTES[self.timeframe] * _MINUTE_US, closes)

    @property
    def _hours(self) -> str:
        """The hours that bound a session: daily and weekly bars know the regular ones only."""
        return self.hours if self.timeframe in MINUTES else "regular"


def _sunday(day: Days) -> Days:
    sunday: Days = day - (day + 3) % _WEEK + 6  # day 0 was a Thursday
    return sunday
