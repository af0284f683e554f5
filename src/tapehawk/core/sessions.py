"""When markets trade: exchange sessions as plain numbers.

A `Calendar` has one row per session and tells, for arrays of instants (int64 microseconds UTC), the phase of the
trading day they fall in, the session they belong to and how far into it they are. The algorithm is one binary search:
the four edges of every session (premarket open, open, close, after-hours close) stand in one rising array, and the
number of edges at or before an instant gives its session (that number's quotient by 4) and its phase (the remainder).

The US table lists exceptions only (holidays, unusual hours, clock changes) and is expanded on first use. It is the
package's own data file, read through `importlib.resources`: the one thing the core reads, and never at import. A date
beyond a table's reach is an error, not a guess. Hours, early closes and their sources: docs/reference/sessions.md.

Words: a *day* is a session's date as days since 1970-01-01; *hours* are "regular" (open to close) or "extended"
(premarket open to after-hours close); crypto's session is the UTC date, and either hours are the whole of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Final

import numpy as np
import numpy.typing as npt

from tapehawk.core.errors import BadInput, OutOfBounds, UnknownName
from tapehawk.core.session_table import DAY, MINUTE, Ints, expand

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.uint8]
Bools = npt.NDArray[np.bool_]

PHASES: Final = ("closed", "premarket", "regular", "after_hours", "continuous")
CLOSED, PREMARKET, REGULAR, AFTER_HOURS, CONTINUOUS = range(5)
HOURS: Final = ("regular", "extended")
OUTSIDE: Final = -1

EPOCH: Final = dt.date(1970, 1, 1)


def day_number(date: dt.date) -> int:
    """Return days since 1970-01-01."""
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    """Return the date that is `day` days after 1970-01-01."""
    return EPOCH + dt.timedelta(days=int(day))


@dataclass(frozen=True)
class Session:
    """One session: its date and its four edges, instants in microseconds UTC."""

    date: dt.date
    premarket_open: int
    open: int
    close: int
    after_hours_close: int


@dataclass(frozen=True, eq=False)
class Calendar:
    """Sessions of one market, rising; arrays of shape (n_sessions), instants in int64 microseconds UTC.

    `date` holds the days. `first` and `last` are the reach, both inclusive; the market's own midnights `begins` and
    `ends` bound it (`ends` exclusive). Every method raises `BadInput` for what lies beyond.
    """

    name: str
    first: dt.date
    last: dt.date
    begins: int
    ends: int
    date: Ints
    premarket_open: Ints
    open: Ints
    close: Ints
    after_hours_close: Ints
    phase_codes: tuple[int, int, int, int] = (CLOSED, PREMARKET, REGULAR, AFTER_HOURS)

    def __post_init__(self) -> None:
        """Lock the arrays: calendars are cached and shared."""
        for edge in (self.date, self.premarket_open, self.open, self.close, self.after_hours_close):
            edge.setflags(write=False)

    # instants

    def phases(self, times: Ints) -> Codes:
        """Return the phase of each instant as an index into `PHASES`.

        The phase of a bar is that of its start. A daily bar's time is a date label, no instant: its phase is REGULAR.
        """
        codes: Codes = np.array(self.phase_codes, np.uint8)
        found: Codes = codes[self._edges_passed(times) & 3]
        return found

    def locate(self, times: Ints, hours: str = "regular") -> tuple[Ints, Floats]:
        """Return (session day, minutes since the open of those hours); (-1, NaN) outside those hours."""
        row, inside = self._rows_at(times, hours)
        minute = (times - self._bounds(hours)[0][row]) / MINUTE
        return np.where(inside, self.date[row], OUTSIDE), np.where(inside, minute, np.nan)

    def buckets(self, times: Ints, minutes: int, hours: str = "regular") -> tuple[Ints, Ints]:
        """Return (start, end) of the `minutes`-long bucket that holds each instant; (-1, -1) outside those hours.

        Buckets start at the session's open and the last is cut at its close (09:30, 10:30, …, 15:30 to 16:00), so `end`
        is also when a bar that starts at `start` closes. For a week, see `week_of`.
        """
        if minutes < 1:
            raise OutOfBounds(f"a bucket of {minutes} minutes", hint="at least 1 minute")
        row, inside = self._rows_at(times, hours)
        opens, closes = (edge[row] for edge in self._bounds(hours))
        start = times - (times - opens) % (minutes * MINUTE)
        end = np.minimum(start + minutes * MINUTE, closes)
        return np.where(inside, start, OUTSIDE), np.where(inside, end, OUTSIDE)

    def edges_around(self, time: int) -> tuple[int, int]:
        """Return the last edge of a session at or before an instant, and the first one after it.

        Before the first and after the last session of the reach, the reach's own bounds stand for them.
        """
        passed = int(self._edges_passed(np.array([time]))[0])
        before = int(self._edges[passed - 1]) if passed else self.begins
        return before, int(self._edges[passed]) if passed < self._edges.size else self.ends

    # days, as int64 arrays

    def is_session(self, days: Ints) -> Bools:
        """Return whether each day has a session."""
        self._need_days_within(days)
        at = np.minimum(np.searchsorted(self.date, days), len(self.date) - 1)
        return np.equal(self.date[at], days)

    def open_of(self, days: Ints, hours: str = "regular") -> Ints:
        """Return the instant at which those hours of each session begin; `BadInput` for a day without a session."""
        return self._bounds(hours)[0][self._rows_of(days)]

    def close_of(self, days: Ints, hours: str = "regular") -> Ints:
        """Return the instant at which those hours of each session end; `BadInput` for a day without a session."""
        return self._bounds(hours)[1][self._rows_of(days)]

    def minutes_in(self, days: Ints, hours: str = "regular") -> Ints:
        """Return how many minutes those hours of each session last (390 or 210 regular, 960 or 780 extended)."""
        return (self.close_of(days, hours) - self.open_of(days, hours)) // MINUTE

    def regular_close_minute(self, days: Ints, hours: str = "regular") -> Floats:
        """Return the minute of those hours at which regular trading of each session closes; NaN without a session."""
        at = np.clip(np.searchsorted(self.date, days), 0, len(self.date) - 1)
        minute = (self.close[at] - self._bounds(hours)[0][at]) / MINUTE
        return np.where(self.date[at] == days, minute, np.nan)

    def shift(self, days: Ints, sessions: int) -> Ints:
        """Return the day that many sessions later (earlier when negative); `BadInput` beyond the reach."""
        rows = self._rows_of(days) + sessions
        if rows.size and (rows.min() < 0 or rows.max() >= len(self.date)):
            raise self._beyond(f"{abs(sessions)} sessions {'after' if sessions > 0 else 'before'} one of the days")
        return self.date[rows]

    def week_of(self, days: Ints) -> tuple[Ints, Ints]:
        """Return (first, last) session of each session's week, Monday to Sunday: they open and close a weekly bar."""
        self._rows_of(days)
        monday = days - (days + 3) % 7  # day 0 was a Thursday
        self._need_days_within(monday)
        self._need_days_within(monday + 6)
        first = np.searchsorted(self.date, monday)
        last = np.searchsorted(self.date, monday + 7) - 1
        return self.date[first], self.date[last]

    # single dates

    def session_on(self, date: dt.date) -> Session | None:
        """Return the session of that date, or None."""
        day = np.array([day_number(date)])
        if not self.is_session(day)[0]:
            return None
        row = int(np.searchsorted(self.date, day)[0])
        edges = (self.premarket_open, self.open, self.close, self.after_hours_close)
        return Session(date, *(int(edge[row]) for edge in edges))

    def need_session(self, date: dt.date) -> Session:
        """Return the session of that date; `BadInput` naming the nearest ones when there is none."""
        session = self.session_on(date)
        if session is None:
            nearest = " and ".join(f"{day}" for day in self.nearest(date))
            raise BadInput(f"no session on {date}", hint=f"the nearest sessions are {nearest}")
        return session

    def previous(self, date: dt.date) -> dt.date:
        """Return the last session before `date`."""
        self._need_days_within(np.array([day_number(date)]))
        row = int(np.searchsorted(self.date, day_number(date))) - 1
        if row < 0:
            raise self._beyond(f"the session before {date}")
        return date_of(self.date[row])

    def next(self, date: dt.date) -> dt.date:
        """Return the first session after `date`."""
        self._need_days_within(np.array([day_number(date)]))
        row = int(np.searchsorted(self.date, day_number(date), side="right"))
        if row == len(self.date):
            raise self._beyond(f"the session after {date}")
        return date_of(self.date[row])

    def nearest(self, date: dt.date) -> tuple[dt.date, dt.date]:
        """Return (previous, next): the last session before `date` and the first after it."""
        return self.previous(date), self.next(date)

    def sessions_between(self, start: dt.date, end: dt.date) -> Ints:
        """Return the days of all sessions from `start` to `end`, both inclusive."""
        bounds = np.array([day_number(start), day_number(end)])
        self._need_days_within(bounds)
        return self.date[np.searchsorted(self.date, bounds[0]) : np.searchsorted(self.date, bounds[1], side="right")]

    # the search

    @cached_property
    def _edges(self) -> Ints:
        return np.stack((self.premarket_open, self.open, self.close, self.after_hours_close), axis=1).ravel()

    def _edges_passed(self, times: Ints) -> Ints:
        if times.size and (times.min() < self.begins or times.max() >= self.ends):
            worst = times.min() if times.min() < self.begins else times.max()
            raise self._beyond(f"{np.datetime64(int(worst), 'us')} UTC")
        return np.searchsorted(self._edges, times, side="right")

    def _rows_at(self, times: Ints, hours: str) -> tuple[Ints, Bools]:
        """Return (row, whether the instant is inside those hours); the row means nothing outside."""
        self._bounds(hours)
        passed = self._edges_passed(times)
        phase = passed & 3
        inside = phase == REGULAR if hours == "regular" else phase != CLOSED
        return (passed - 1) >> 2, inside

    def _bounds(self, hours: str) -> tuple[Ints, Ints]:
        if hours not in HOURS:
            raise UnknownName("hours", hours, HOURS)
        return (self.open, self.close) if hours == "regular" else (self.premarket_open, self.after_hours_close)

    def _rows_of(self, days: Ints) -> Ints:
        missing = days[~self.is_session(days)]
        if missing.size:
            self.need_session(date_of(missing[0]))
        return np.searchsorted(self.date, days)

    def _need_days_within(self, days: Ints) -> None:
        low, high = day_number(self.first), day_number(self.last)
        if days.size and (days.min() < low or days.max() > high):
            worst = days.min() if days.min() < low else days.max()
            raise self._beyond(f"{np.datetime64(int(worst), 'D')}")

    def _beyond(self, what: str) -> BadInput:
        return BadInput(
            f"{what} is beyond the {self.name} session table, which reaches from {self.first} to {self.last}",
            hint="a later version of the program may bring a longer table",
        )


def calendar_named(name: str) -> Calendar:
    """Return the calendar of a market: "us" or "crypto"."""
    calendars = {"us": us_calendar, "crypto": crypto_calendar}
    if name not in calendars:
        raise UnknownName("calendar", name, calendars)
    return calendars[name]()


@lru_cache(maxsize=1)
def us_calendar() -> Calendar:
    """Return the sessions of US stocks from the table that the package ships."""
    text = resources.files("tapehawk.core").joinpath("sessions_us.csv").read_text(encoding="ascii")
    return Calendar("us", *expand(text))


@lru_cache(maxsize=1)
def crypto_calendar() -> Calendar:
    """Return crypto's sessions: every UTC date, whole, without a gap; from the year of the first block."""
    first, last = dt.date(2009, 1, 1), dt.date(2039, 12, 31)
    days = np.arange(day_number(first), day_number(last) + 1)
    start, end = days * DAY, (days + 1) * DAY
    whole = (CONTINUOUS,) * 4
    return Calendar("crypto", first, last, int(start[0]), int(end[-1]), days, start, start, end, end, whole)
