"""Freshness: what must be stored by when, and who is behind.

A contract per kind of timeframe, for the market as a whole (a missing minute of one name is no delay):

    intraday, regular hours   a bar is there 20 minutes after its end (delayed feeds are a quarter of an hour late)
    intraday, other hours     nothing is due: few trade, and a feed may have no such hours
    1d, 1w                    the session's, the week's bar is there 6 hours after the last close

Crypto trades without a pause: intraday always due, the day's bar 6 hours after midnight UTC. Simulated bars are never
late. Of one symbol: its bars may not end before the newest session while it is listed. Free of Polars: every scan asks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tapehawk.core.instants import microseconds, rfc3339
from tapehawk.core.panel import Panel
from tapehawk.core.series import SESSION_TIMEFRAMES, TIMEFRAMES
from tapehawk.core.sessions import Calendar, calendar_named, date_of

MINUTE: Final = 60_000_000
SIMULATED: Final = "simulated"
GRACE_MINUTES: Final[Mapping[str, int]] = {
    timeframe: 6 * 60 if timeframe in SESSION_TIMEFRAMES else 20 for timeframe in TIMEFRAMES
}
"""Timeframe → minutes after its end, in regular hours, by which a bar must be stored."""
UNKNOWN_LISTING: Final = 10
"""Sessions after its last bar for which a symbol of unknown listing dates is taken to be late, not gone."""


@dataclass(frozen=True)
class Newest:
    """The newest bar of a market's series: its session (day since 1970-01-01) and its start (µs UTC)."""

    timeframe: str
    market: str
    hours: str
    session: int
    start: int


def stale_since(panel: Panel, now: dt.datetime) -> str | None:
    """Say since when a panel is behind its contract (`late`); None when it is fresh, simulated or empty."""
    if SIMULATED in panel.labels or not panel.n_bars:
        return None
    _, last = panel.ends()
    session, start = int(panel.columns["session"][last].max()), int(panel.time[last].max())
    return late(Newest(panel.timeframe, panel.calendar, panel.hours, session, start), now)


def late(newest: Newest, now: dt.datetime) -> str | None:
    """Say since when bars are behind their contract: the last session, or for intraday bars the end of the last bar.

    None when they are fresh, or the clock is beyond the session table.
    """
    calendar = calendar_named(newest.market)
    at = microseconds(now) - GRACE_MINUTES[newest.timeframe] * MINUTE
    if not calendar.open[0] <= at < calendar.ends:
        return None
    if newest.timeframe in SESSION_TIMEFRAMES:
        due = _period(newest.timeframe, _due_session(newest.timeframe, calendar, at))
        return str(date_of(newest.session)) if _period(newest.timeframe, newest.session) < due else None
    length = TIMEFRAMES[newest.timeframe] * MINUTE
    if newest.session < 0 or newest.start + 2 * length >= _due_instant(calendar, at, length):
        return None
    ends = min(newest.start + length, int(calendar.close_of(np.array([newest.session]), newest.hours)[0]))
    return rfc3339(ends, "minutes")


def overdue(last: Mapping[str, int], last_seen: Mapping[str, int | None], calendar: Calendar) -> tuple[str, ...]:
    """Return the symbols whose bars end before the newest session although they are listed, sorted.

    `last`: symbol → day of its last bar. `last_seen`: symbol → last day it was listed, None while it is; a symbol that
    is not there has unknown listing dates.
    """
    newest = max(last.values(), default=-1)
    few = int(np.searchsorted(calendar.date, newest)) - UNKNOWN_LISTING
    recent = int(calendar.date[max(few, 0)])

    def late(symbol: str, day: int) -> bool:
        if symbol not in last_seen:
            return day >= recent
        seen = last_seen[symbol]
        return seen is None or seen >= newest

    return tuple(sorted(symbol for symbol, day in last.items() if day < newest and late(symbol, day)))


def _due_session(timeframe: str, calendar: Calendar, at: int) -> int:
    """Day of the last session (of a whole week's sessions) that closed by an instant."""
    row = int(np.searchsorted(calendar.close, at, side="right")) - 1
    if timeframe == "1w" and row >= 0:
        while calendar.week_of(calendar.date[row : row + 1])[1][0] != calendar.date[row]:
            row -= 1
    return int(calendar.date[max(row, 0)])


def _period(timeframe: str, day: int) -> int:
    """Count of the day, or of its week (Monday to Sunday; day 0 was a Thursday)."""
    return (day + 3) // 7 if timeframe == "1w" else day


def _due_instant(calendar: Calendar, at: int, length: int) -> int:
    """Last instant of regular hours at or before `at`, of a session whose first bar has ended by then."""
    row = int(np.searchsorted(calendar.open, at - length, side="right")) - 1
    return min(at, int(calendar.close[max(row, 0)]))
