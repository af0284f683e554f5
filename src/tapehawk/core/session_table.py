"""The table of US stock sessions, from exceptions to edges.

The file `sessions_us.csv` lists what departs from Monday to Friday, 09:30 to 16:00: holidays, unusual hours, and the
dates on which New York changes its clocks. Here its text becomes one row per session. The text is an argument.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

MINUTE: Final = 60_000_000
DAY: Final = 1440 * MINUTE

# Minutes since midnight in New York.
PREMARKET_OPEN: Final = 4 * 60
OPEN: Final = 9 * 60 + 30
CLOSE: Final = 16 * 60
AFTER_HOURS_CLOSE: Final = 20 * 60
EARLY_CLOSE: Final = 13 * 60
EARLY_AFTER_HOURS_CLOSE: Final = 17 * 60


class SessionTable(NamedTuple):
    """The reach (dates, both inclusive; its midnights, the second exclusive) and, per session, its day and its edges.

    Days count from 1970-01-01; instants are int64 microseconds UTC.
    """

    first: dt.date
    last: dt.date
    begins: int
    ends: int
    date: Ints
    premarket_open: Ints
    open: Ints
    close: Ints
    after_hours_close: Ints


def expand(text: str) -> SessionTable:
    """Expand the text of `sessions_us.csv`.

    An instant is New York's wall clock minus the offset in force. Clocks change on Sundays, so one offset holds for a
    whole session. After hours end at 17:00 on early closes (13:00), else at 20:00, as on the one day (2005-06-01) that
    an outage ended at 15:56.
    """
    rows = _rows_by_kind(text)
    first, last = min(rows["first"]), max(rows["last"])
    dates = np.arange(_day(first), _day(last) + 1)
    weekday = (dates + 3) % 7  # Monday is 0; day 0 was a Thursday
    days = dates[(weekday <= 4) & ~np.isin(dates, _days(rows["holiday"]))]
    opens, closes = _wall_minutes(days, OPEN, rows["open"]), _wall_minutes(days, CLOSE, rows["close"])
    after_hours = np.where(closes <= EARLY_CLOSE, EARLY_AFTER_HOURS_CLOSE, AFTER_HOURS_CLOSE)

    midnights = _midnights(np.array([dates[0], dates[-1] + 1]), rows["utc_offset"])
    midnight = _midnights(days, rows["utc_offset"])
    edges = (midnight + wall * MINUTE for wall in (np.full_like(days, PREMARKET_OPEN), opens, closes, after_hours))
    return SessionTable(first, last, int(midnights[0]), int(midnights[1]), days, *edges)


def _rows_by_kind(text: str) -> dict[str, dict[dt.date, str]]:
    """Return kind → {date: value}, in order, of the lines below the header."""
    kinds = ("first", "last", "utc_offset", "holiday", "open", "close")
    rows: dict[str, dict[dt.date, str]] = {kind: {} for kind in kinds}
    for line in text.split("date,what,value\n")[1].splitlines():
        date, kind, value = line.split(",")
        rows[kind][dt.date.fromisoformat(date)] = value
    return rows


def _midnights(days: Ints, offsets: dict[dt.date, str]) -> Ints:
    """Return the instants at which New York's days begin (wall clock 00:00 at the offset of that day's sessions)."""
    hours = np.array([int(hour) for hour in offsets.values()])
    in_force = hours[np.searchsorted(_days(offsets), days, side="right") - 1]
    return np.asarray(days * DAY - in_force * 60 * MINUTE, np.int64)


def _wall_minutes(days: Ints, usual: int, unusual: dict[dt.date, str]) -> Ints:
    """Return minutes since midnight: the usual hour but on the listed dates ("HH:MM")."""
    minutes = np.full_like(days, usual)
    clocks = [clock.split(":") for clock in unusual.values()]
    minutes[np.searchsorted(days, _days(unusual))] = [int(hour) * 60 + int(minute) for hour, minute in clocks]
    return minutes


def _days(dates: dict[dt.date, str]) -> Ints:
    return np.array([_day(date) for date in dates], np.int64)


def _day(date: dt.date) -> int:
    return (date - dt.date(1970, 1, 1)).days
