"""Which calls bring what is wanted: arithmetic on the calendar, nobody is asked.

There is no call for the whole market. A call takes a list of symbols and brings 10,000 bars of all of them together, so
symbols are asked for in batches: fewer pages are half empty. A step is a batch in one block of dates.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from calendar import monthrange
from collections.abc import Iterator, Sequence
from typing import Final

from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import Calendar
from tapehawk.data.providers.door import CallPlan, Step, Wanted

PAGE: Final = 10_000
"""Bars of one page, the vendor's most."""
BAR_BYTES: Final = 110
AT_ONCE: Final = {"1d": 100, "1m": 10}
"""Symbols of one step: a year of 100 symbols fills three pages, a month of minutes of ten symbols up to 21."""
MINUTES_A_SESSION: Final = {"us": 960, "crypto": 1440}


def planned(wanted: Wanted, calendar: Calendar, *, market: str, feed: str, calls_per_minute: int) -> CallPlan:
    """Cut symbols into batches and dates into years (daily bars) or months (minutes)."""
    if wanted.symbols is None:
        raise BadInput("alpaca has no route to the whole market", hint="name symbols or a universe")
    a_session = 1 if wanted.timeframe == "1d" else MINUTES_A_SESSION[market]
    steps = [
        _step(wanted, names, dates, feed, bars=sessions * a_session * len(names))
        for names in _batches(wanted.symbols, AT_ONCE[wanted.timeframe])
        for dates in _blocks(wanted)
        if (sessions := len(calendar.sessions_between(*dates)))
    ]
    note = f"{len(set(wanted.symbols)):,} symbols in {len(steps):,} batches from {feed}, {PAGE:,} bars a call"
    return CallPlan.of(steps, per_minute=calls_per_minute, bytes_each=PAGE * BAR_BYTES, note=note)


def _step(wanted: Wanted, names: tuple[str, ...], dates: tuple[dt.date, dt.date], feed: str, *, bars: int) -> Step:
    start, end = dates
    calls = math.ceil(bars / PAGE)
    one = len(names) == 1
    mark = names[0] if one else f"{len(names)}:{_digest(names)}"
    who = names[0] if one else f"{len(names)} symbols, {names[0]} to {names[-1]},"
    return Step(
        id=f"{feed}|{wanted.timeframe}|{wanted.hours}|{mark}|{start}|{end}",
        kind="symbol",
        what=f"{who} from {start} to {end}",
        timeframe=wanted.timeframe,
        symbols=names,
        start=start,
        end=end,
        hours=wanted.hours,
        calls=calls,
        credits=calls,
    )


def _batches(symbols: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    names = tuple(sorted(set(symbols)))
    return (names[start : start + most] for start in range(0, len(names), most))


def _blocks(wanted: Wanted) -> Iterator[tuple[dt.date, dt.date]]:
    """Cut the wanted dates at the ends of years or months."""
    start = wanted.start
    while start <= wanted.end:
        end = dt.date(start.year, 12, 31) if wanted.timeframe == "1d" else _month_end(start)
        yield start, min(wanted.end, end)
        start = end + dt.timedelta(days=1)


def _month_end(date: dt.date) -> dt.date:
    return date.replace(day=monthrange(date.year, date.month)[1])


def _digest(symbols: tuple[str, ...]) -> str:
    return hashlib.blake2s(",".join(symbols).encode(), digest_size=6).hexdigest()
