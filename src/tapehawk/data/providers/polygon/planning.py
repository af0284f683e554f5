"""Which calls bring what is wanted: arithmetic on the calendar, nobody is asked."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections.abc import Iterator
from typing import Final

from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import date_of, us_calendar
from tapehawk.data.providers.door import CallPlan, Step, Wanted

PAGE: Final = 50_000
"""Base aggregates of one page, the vendor's most."""
MINUTES_A_SESSION: Final = 960  # 04:00 to 20:00
BLOCK: Final = 2
"""Calendar months of minutes in one call: at most 44 sessions, 42,240 minutes. Blocks start in January, March, …"""
GROUPED_BYTES: Final = 1_200_000
BAR_BYTES: Final = 100
TIMEFRAMES: Final = ("1m", "1d")


def planned(wanted: Wanted, calls_per_minute: int | None) -> CallPlan:
    """Choose the route with fewer calls: session by session for everybody, or symbol by symbol."""
    days = us_calendar().sessions_between(wanted.start, wanted.end)
    symbols = wanted.symbols
    if wanted.timeframe == "1d" and (symbols is None or len(days) <= len(symbols)):
        steps = [_session_step(date_of(day), symbols) for day in days]
        note = f"grouped daily: {len(days):,} calls, each brings one session of every symbol"
        return CallPlan.of(steps, per_minute=calls_per_minute, bytes_each=GROUPED_BYTES, note=note)
    if symbols is None:
        raise BadInput(
            "polygon has no route to minute bars of the whole market over REST",
            hint="name symbols or a universe, or take them from the flat files",
        )
    steps = [step for symbol in symbols for step in _symbol_steps(symbol, wanted)]
    bars = len(days) * len(symbols) * _bars_a_session(wanted.timeframe)
    note = f"symbol by symbol: {len(steps):,} calls for {len(symbols):,} symbols"
    each = bars * BAR_BYTES // max(1, len(steps))
    return CallPlan.of(steps, per_minute=calls_per_minute, bytes_each=each, note=note)


def _session_step(date: dt.date, symbols: tuple[str, ...] | None) -> Step:
    who, mark = "every symbol", ""
    if symbols is not None:
        who, mark = f"{len(symbols):,} symbols", f"|{_digest(symbols)}"
    return Step(f"1d|{date}{mark}", "session", f"{who} on {date}", "1d", symbols, date, date)


def _symbol_steps(symbol: str, wanted: Wanted) -> Iterator[Step]:
    for start, end in _blocks(wanted):
        sessions = len(us_calendar().sessions_between(start, end))
        if not sessions:
            continue
        calls = math.ceil(sessions * _bars_a_session(wanted.timeframe) / PAGE)
        yield Step(
            id=f"{wanted.timeframe}|{wanted.hours}|{symbol}|{start}|{end}{_since_mark(wanted)}",
            kind="symbol",
            what=f"{symbol} from {start} to {end}",
            timeframe=wanted.timeframe,
            symbols=(symbol,),
            start=start,
            end=end,
            hours=wanted.hours,
            calls=calls,
            credits=calls,
            since=wanted.since,
        )


def _since_mark(wanted: Wanted) -> str:
    """Return what sets a part of a session apart from the whole of it."""
    return "" if wanted.since is None else f"|{wanted.since}"


def _blocks(wanted: Wanted) -> Iterator[tuple[dt.date, dt.date]]:
    """Cut the wanted dates at the starts of blocks; daily bars fit into one."""
    start = wanted.start
    while start <= wanted.end:
        end = wanted.end if wanted.timeframe == "1d" else min(wanted.end, _block_end(start))
        yield start, end
        start = end + dt.timedelta(days=1)


def _block_end(date: dt.date) -> dt.date:
    months = date.year * 12 + (date.month - 1) // BLOCK * BLOCK + BLOCK
    return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)


def _bars_a_session(timeframe: str) -> int:
    return MINUTES_A_SESSION if timeframe == "1m" else 1


def _digest(symbols: tuple[str, ...]) -> str:
    return hashlib.blake2s(",".join(sorted(symbols)).encode(), digest_size=6).hexdigest()
