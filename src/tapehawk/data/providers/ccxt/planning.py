"""Which calls bring what is wanted: arithmetic, nobody is asked.

A call brings candles of one symbol, and at most some hundreds of them. A step is one symbol in one block of dates, cut
at fixed places, so that only the newest block is fetched again when the wish grows: weeks of minutes, months of other
candles below an hour, years of the rest.
"""

from __future__ import annotations

import datetime as dt
import math
from calendar import monthrange
from collections.abc import Iterator
from typing import Final

from tapehawk.core.errors import BadInput
from tapehawk.core.series import TIMEFRAMES
from tapehawk.data.providers.door import CallPlan, Step, Wanted

CANDLE_BYTES: Final = 160
MINUTES_A_DAY: Final = 1440


def planned(wanted: Wanted, *, exchange: str, page: int, calls_per_minute: int) -> CallPlan:
    """Cut what is wanted into steps; `page`: the most candles of one call."""
    if wanted.symbols is None:
        raise BadInput("ccxt has no route to the whole market", hint="name symbols, or `--universe crypto`")
    names = tuple(sorted(set(wanted.symbols)))
    steps = [_step(wanted, name, dates, exchange, page) for dates in _blocks(wanted) for name in names]
    note = f"{len(names):,} symbols of {exchange}, {page:,} candles a call"
    return CallPlan.of(steps, per_minute=calls_per_minute, bytes_each=page * CANDLE_BYTES, note=note)


def _step(wanted: Wanted, name: str, dates: tuple[dt.date, dt.date], exchange: str, page: int) -> Step:
    start, end = dates
    candles = ((end - start).days + 1) * MINUTES_A_DAY // TIMEFRAMES[wanted.timeframe]
    calls = math.ceil(candles / page)
    return Step(
        id=f"{exchange}|{wanted.timeframe}|{name}|{start}|{end}",
        kind="symbol",
        what=f"{name} from {start} to {end}",
        timeframe=wanted.timeframe,
        symbols=(name,),
        start=start,
        end=end,
        calls=calls,
        credits=calls,
    )


def _blocks(wanted: Wanted) -> Iterator[tuple[dt.date, dt.date]]:
    start = wanted.start
    while start <= wanted.end:
        end = min(wanted.end, _block_end(start, TIMEFRAMES[wanted.timeframe]))
        yield start, end
        start = end + dt.timedelta(days=1)


def _block_end(date: dt.date, minutes: int) -> dt.date:
    """Return the last day of the week, month or year that a date is in."""
    if minutes == 1:
        return date + dt.timedelta(days=6 - date.weekday())
    if minutes < TIMEFRAMES["1h"]:
        return date.replace(day=monthrange(date.year, date.month)[1])
    return dt.date(date.year, 12, 31)
