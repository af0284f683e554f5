"""Slower bars out of stored faster ones: the panel of a timeframe that has no bars of its own.

    intraday   buckets of that length, counted from the open of the session's hours; the last one ends at its close
    weekly     the sessions of a week, Monday to Sunday, labelled with the first of them

    open of the first bar, highest high, lowest low, close of the last, volumes summed; adjusted and as traded apart

A bucket is made when the stored bars reach from its start to its end: those of the whole panel, because a symbol that
does not trade has no bars. So the bucket still forming is left out, and so is one that the history begins within.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from tapehawk.core.errors import NoData
from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.series import SESSION_TIMEFRAMES, TIMEFRAMES
from tapehawk.core.session_table import DAY, MINUTE
from tapehawk.core.sessions import Calendar, calendar_named

_FOLDS: Final = {"high": np.maximum, "low": np.minimum, "volume": np.add}


def slower_panel(panel: Panel, timeframe: str, *, closed: bool = False, reach: tuple[int, int] | None = None) -> Panel:
    """Fold the bars of a panel into those of a slower `timeframe` (one that `faster` of data/versions.py goes with).

    `closed`: whoever asks knows that every bucket has begun and ended within the bars there are. `reach`: the starts of
    the first and the last bar that anybody has, where the panel holds only some of its symbols. Raises NoData when no
    bucket is complete, or a bar lies across the edge of two.
    """
    calendar = calendar_named(panel.calendar)
    weekly = timeframe == "1w"
    start, end, session, minute = _weeks(panel, calendar) if weekly else _buckets(panel, calendar, timeframe)
    length = DAY if panel.timeframe in SESSION_TIMEFRAMES else TIMEFRAMES[panel.timeframe] * MINUTE
    begins, last = reach or (int(panel.time.min()), int(panel.time.max()))
    whole = (start >= begins) & (end <= last + length) | closed
    symbol = np.repeat(np.arange(len(panel.symbols)), np.diff(panel.starts))
    changes = (np.diff(start) != 0) | (np.diff(symbol) != 0)
    first = np.concatenate(([0], np.flatnonzero(changes) + 1))
    kept = whole[first]
    if not kept.any():
        raise NoData(f"no {timeframe} bar is complete in the stored {panel.timeframe} bars", hint="store more of them")
    columns = {name: _folded(name, column, first)[kept] for name, column in panel.columns.items()}
    columns |= {"session": session[first][kept].astype(np.float64), "minute": minute[first][kept]}
    counts = np.bincount(symbol[first][kept], minlength=len(panel.symbols))
    present = counts > 0
    return replace(
        panel,
        symbols=tuple(name for name, has in zip(panel.symbols, present, strict=True) if has),
        starts=np.concatenate(([0], np.cumsum(counts[present]))).astype(np.int64),
        time=start[first][kept],
        columns=columns,
        timeframe=timeframe,
        labels=(*panel.labels, f"made of {panel.timeframe} bars"),
    )


def _buckets(panel: Panel, calendar: Calendar, timeframe: str) -> tuple[Ints, Ints, Ints, Floats]:
    """Start and end (instants), session and minute of the bucket of each intraday bar."""
    session, minute, each = panel.columns["session"].astype(np.int64), panel.columns["minute"], TIMEFRAMES[timeframe]
    began = np.floor(minute / each) * each
    if np.any(minute + TIMEFRAMES[panel.timeframe] > began + each):
        message = f"the stored {panel.timeframe} bars are not counted from the session's open"
        raise NoData(f"{message}: no {timeframe} bars can be made of them", hint="store bars of a faster timeframe")
    opens, closes = calendar.open_of(session, panel.hours), calendar.close_of(session, panel.hours)
    start = opens + began.astype(np.int64) * MINUTE
    return start, np.minimum(start + each * MINUTE, closes), session, began


def _weeks(panel: Panel, calendar: Calendar) -> tuple[Ints, Ints, Ints, Floats]:
    """Start and end (midnights of the labels, the end's day included), session and minute of each daily bar's week."""
    monday = panel.columns["session"].astype(np.int64)
    monday -= (monday + 3) % 7  # a stray bar of a day without session is its week's, too
    days = np.unique(monday)
    first = calendar.date[np.searchsorted(calendar.date, days)]
    last = calendar.date[np.searchsorted(calendar.date, days + 7) - 1]
    at = np.searchsorted(days, monday)
    return first[at] * DAY, (last[at] + 1) * DAY, first[at], np.zeros(monday.size)


def _folded(name: str, column: Floats, first: Ints) -> Floats:
    """One column's value in each run of bars that begins at `first`."""
    plain = name.removeprefix("raw.")
    last = np.concatenate((first[1:], [column.size])) - 1
    folded: Floats = (
        _FOLDS[plain].reduceat(column, first) if plain in _FOLDS else column[last if plain == "close" else first]
    )
    return folded
