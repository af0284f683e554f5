"""Write the table of US stock sessions that the package ships.

Run it when a holiday is announced or the table should reach further, and review the difference:

    python scripts/generate_sessions.py            # writes src/tapehawk/core/sessions_us.csv

The source is pandas-market-calendars' NYSE calendar (Nasdaq keeps the same days and hours) and the zone
America/New_York. Only what departs from "Monday to Friday, 09:30 to 16:00" is written. The program itself never
imports this script.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas_market_calendars

FIRST, LAST = dt.date(1998, 1, 1), dt.date(2030, 12, 31)
TARGET = Path(__file__).parents[1] / "src" / "tapehawk" / "core" / "sessions_us.csv"
NEW_YORK = ZoneInfo("America/New_York")
USUAL = {"open": "09:30", "close": "16:00"}
HEADER = """\
# US stock sessions: what departs from Monday to Friday, 09:30 to 16:00 in New York. See docs/reference/sessions.md.
# Written by scripts/generate_sessions.py from pandas-market-calendars; do not edit.
# first, last: the reach, both inclusive. utc_offset: hours, from that date on. holiday: a weekday without a session.
# open, close: New York time of a late open or an early close.
date,what,value
"""


def table(first: dt.date = FIRST, last: dt.date = LAST) -> str:
    """Return the whole file, rows in the order of their dates."""
    rows = [(first, "first", ""), *clock_changes(first, last), *unusual_days(first, last), (last, "last", "")]
    in_order = sorted(rows, key=lambda row: row[0])
    return HEADER + "".join(f"{day},{what},{value}\n" for day, what, value in in_order)


def clock_changes(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, str, str]]:
    """Yield the offset of New York noon on the first day, and wherever it changes (always a Sunday)."""
    before = None
    for day in days_between(first, last):
        offset = dt.datetime.combine(day, dt.time(12), NEW_YORK).utcoffset()
        if offset is not None and offset != before:
            yield day, "utc_offset", str(offset // dt.timedelta(hours=1))
        before = offset


def unusual_days(first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, str, str]]:
    """Yield weekdays without a session, and sessions that open late or close early."""
    schedule = pandas_market_calendars.get_calendar("NYSE").schedule(first, last, tz=NEW_YORK)
    hours = {at.date(): (row.market_open, row.market_close) for at, row in schedule.iterrows()}
    for day in days_between(first, last):
        if day in hours:
            for what, at in zip(("open", "close"), hours[day], strict=True):
                if f"{at:%H:%M}" != USUAL[what]:
                    yield day, what, f"{at:%H:%M}"
        elif day.weekday() < 5:
            yield day, "holiday", ""


def days_between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Yield every date from `first` to `last`, both inclusive."""
    yield from (first + dt.timedelta(days=n) for n in range((last - first).days + 1))


if __name__ == "__main__":
    TARGET.write_text(table(), encoding="ascii")
