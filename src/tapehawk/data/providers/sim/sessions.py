"""Chosen daily bars one by one: what the minutes of a session must add up to.

Intraday bars and the feed are made of single (seat, session) pairs; this gathers them from whole blocks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tapehawk.data.providers.sim.companies import Companies, Habits
from tapehawk.data.providers.sim.daily import DailyBars, daily_bars, split_ratios, ticks
from tapehawk.data.providers.sim.timeline import Bools, Floats, Ints, Rows, Timeline

LONGEST_GAP: Final = 5  # sessions: more than a halt lasts, so that the previous close is among them
WILD: Final = 0.18  # a session whose high is this much above its low was halted once


@dataclass(frozen=True)
class SessionBars:
    """Daily bars of shape (n), ordered by (seat, ordinal), with what their minutes need to know.

    `before` is the previous close in today's shares, NaN on the first day; `grid` the ticks per unit of price;
    `halted` the first minute of a five-minute halt, -1 for none.
    """

    seat: Ints
    ordinal: Ints
    generation: Ints
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    before: Floats
    grid: Floats
    halted: Ints

    def part(self, start: int, stop: int) -> SessionBars:
        """Return some of them."""
        return SessionBars(*(getattr(self, name)[start:stop] for name in self.__dataclass_fields__))

    def only(self, wanted: Bools) -> SessionBars:
        """Return those that are wanted."""
        return SessionBars(*(getattr(self, name)[wanted] for name in self.__dataclass_fields__))


def session_bars(seed: int, habits: Habits, timeline: Timeline, known: Companies, span: tuple[int, int]) -> SessionBars:
    """Return every bar of these companies from the first to the last ordinal, both inclusive."""
    first, last = max(span[0] - LONGEST_GAP, 0), span[1]
    rows = timeline.rows(known.seats, first, last)
    bars = daily_bars(seed, habits, rows, known)
    ordinal = rows.ordinals()
    row, column = np.nonzero(bars.traded & (ordinal >= first) & (ordinal <= last))
    found = _gathered(bars, rows, known, row, column)
    return found.only(found.ordinal >= span[0])


def _gathered(bars: DailyBars, rows: Rows, known: Companies, row: Ints, column: Ints) -> SessionBars:
    at, cell = (row, column), known.of(rows)
    seat, generation = rows.seat[row], known.generation[cell][row]
    close = bars.close[at]
    shares = split_ratios(rows, known)
    new_block = np.flatnonzero(np.diff(row, prepend=-1))
    today = shares[at] / np.roll(shares[at], 1)
    today[new_block] = 1.0  # splits never fall on a block's first session
    before = np.roll(close, 1) / today
    same = (seat == np.roll(seat, 1)) & (generation == np.roll(generation, 1))
    same[:1] = False
    return SessionBars(
        seat=seat,
        ordinal=rows.start[row] + column,
        generation=generation,
        open=bars.open[at],
        high=bars.high[at],
        low=bars.low[at],
        close=close,
        volume=bars.volume[at],
        before=np.where(same, before, np.nan),
        grid=ticks(known.price[cell][row]),
        halted=_halts(bars.high[at] / bars.low[at] - 1, rows.start[row] + column, seat),
    )


def _halts(width: Floats, ordinal: Ints, seat: Ints) -> Ints:
    """Return the minute at which a wild session is halted: any from 20 to 179, so that it falls in half days too."""
    return np.where(width > WILD, 20 + (ordinal * 7 + seat * 13) % 160, -1)
