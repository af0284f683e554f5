"""Intraday bars of any timeframe: minutes put end to end, then gathered into buckets.

Buckets start at the opening of each phase (premarket, regular, after-hours) and never reach over its end, so a regular
bar holds regular trades only.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.bars import TIMEFRAMES
from tapehawk.data.providers.sim.companies import Habits
from tapehawk.data.providers.sim.minutes import Minutes, after_hours, chances, premarket, regular
from tapehawk.data.providers.sim.sessions import SessionBars
from tapehawk.data.providers.sim.timeline import Floats, Ints, Timeline

MINUTE: Final = 60_000_000
PART: Final = 256  # sessions made at once

Columns = dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]]


def intraday_bars(
    seed: int, habits: Habits, timeline: Timeline, days: SessionBars, timeframe: str
) -> list[pl.DataFrame]:
    """Return frames of the bars of these sessions, in order: row (index into `days`), time, open … volume."""
    return [
        _part(seed, habits, timeline, days.part(start, start + PART), timeframe, start)
        for start in range(0, len(days.seat), PART)
    ]


def _part(  # noqa: PLR0913 - the simulation's identity, the sessions and the timeframe
    seed: int, habits: Habits, timeline: Timeline, days: SessionBars, timeframe: str, start: int
) -> pl.DataFrame:
    every = timeline.days()[days.ordinal]
    phases = _phases(seed, habits, timeline, days, every)
    bars = [_gathered(minutes, opened, TIMEFRAMES[timeframe]) for minutes, opened in phases]
    whole = {name: np.concatenate([part[name] for part in bars]) for name in bars[0]}
    order = np.lexsort((whole["time"], whole["row"]))
    whole = {name: column[order] for name, column in whole.items()}
    return pl.DataFrame({**whole, "row": whole["row"] + start})


def _phases(
    seed: int, habits: Habits, timeline: Timeline, days: SessionBars, every: Ints
) -> list[tuple[Minutes, Ints]]:
    """Return (minutes, the instants at which the phase opens) of every phase."""
    calendar = timeline.calendar
    opens, closes = calendar.open_of(every), calendar.close_of(every)
    lengths = (closes - opens) // MINUTE
    if calendar.name == "crypto":
        chance = chances(seed, habits, days, ("continuous",))
        return [(regular(days, chance["continuous"], lengths, habits, flat=True), opens)]
    chance = chances(seed, habits, days, ("premarket", "regular", "after_hours"))
    evening = (calendar.close_of(every, "extended") - closes) // MINUTE
    return [
        (premarket(days, chance["premarket"], habits), calendar.open_of(every, "extended")),
        (regular(days, chance["regular"], lengths, habits), opens),
        (after_hours(days, chance["after_hours"], evening, habits), closes),
    ]


def _gathered(minutes: Minutes, opened: Ints, length: int) -> Columns:
    """Return the bars of `length` minutes of one phase."""
    row, minute = np.nonzero(minutes.traded)
    at, bucket = (row, minute), minute // length
    first = np.flatnonzero((np.diff(row, prepend=-1) != 0) | (np.diff(bucket, prepend=-1) != 0))
    last = np.append(first[1:], len(row)) - 1
    return {
        "row": row[first],
        "time": opened[row[first]] + bucket[first] * length * MINUTE,
        "open": minutes.open[at][first],
        "high": _reduced(np.maximum, minutes.high[at], first),
        "low": _reduced(np.minimum, minutes.low[at], first),
        "close": minutes.close[at][last],
        "volume": _reduced(np.add, minutes.volume[at], first),
    }


def _reduced(how: np.ufunc, values: Floats, first: Ints) -> Floats:
    reduced: Floats = how.reduceat(values, first) if len(first) else values[:0]
    return reduced
