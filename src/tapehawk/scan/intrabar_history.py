"""Intrabar triggers over history: what the stored minutes of each bar would have triggered before its close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tapehawk.core.panel import Ints, Panel
from tapehawk.core.scanner import Scanner
from tapehawk.core.search import find
from tapehawk.core.sessions import calendar_named
from tapehawk.core.slower import MINUTES
from tapehawk.core.watch import Found
from tapehawk.scan.asked import Asked
from tapehawk.scan.desk import Desk
from tapehawk.scan.hit_table import Row
from tapehawk.scan.intrabar import armed_watch, crossed_rows, first_beyond
from tapehawk.scan.question import Question, of_symbols, selection
from tapehawk.scan.rows import MINUTE_US

_SYMBOL = 1 << 52  # µs: beyond any instant of ours, so that one number orders (symbol, instant)


def triggers(desk: Desk, scanners: Sequence[Scanner], question: Question, asked: Asked, minutes: Asked) -> list[Row]:
    """Return every trigger of the bars that a question asks for, judged on the faster bars that they are made of."""
    watches = [one for one in (armed_watch(scanner, asked.panel.timeframe) for scanner in scanners) if one]
    select = of_symbols(asked.panel.symbols, asked.among, selection(question, asked.days, asked.among))
    found = find(asked.among, watches, select, threads=desk.threads)
    return [row for one in found for row in _crossed(one, asked.among, minutes.among, desk)]


def _crossed(found: Found, bars: Panel, minutes: Panel, desk: Desk) -> list[Row]:
    place = {name: number for number, name in enumerate(minutes.symbols)}
    mine = np.array([place.get(name, -1) for name in bars.symbols], dtype=np.int64)
    there = np.flatnonzero(mine[found.symbol] >= 0)
    columns = {name: column[there] for name, column in found.columns.items()}
    found = replace(found, symbol=found.symbol[there], bar=found.bar[there], columns=columns)
    times = np.repeat(np.arange(len(minutes.symbols)), np.diff(minutes.starts)) * _SYMBOL + minutes.time
    begins, ends = _spans(bars, found.bar)
    ends = ends - MINUTES[minutes.timeframe] * MINUTE_US  # the last minute closes with the bar, whose close says it all
    owner = mine[found.symbol] * _SYMBOL
    first, last = (np.searchsorted(times, owner + at, side="left") for at in (begins, ends))
    return crossed_rows(found, bars, minutes, first_beyond(found, minutes, first, last), desk.risk)


def _spans(bars: Panel, which: Ints) -> tuple[Ints, Ints]:
    """Return when some bars begin and end."""
    calendar, session = calendar_named(bars.calendar), bars.columns["session"][which].astype(np.int64)
    closes = calendar.close_of(session, bars.hours)
    if bars.timeframe not in MINUTES:
        return calendar.open_of(session, bars.hours), closes
    begins = bars.time[which]
    return begins, np.minimum(begins + MINUTES[bars.timeframe] * MINUTE_US, closes)
