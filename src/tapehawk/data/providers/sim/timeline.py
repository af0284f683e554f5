"""How simulated time is cut: sessions into blocks, blocks into slots.

Sessions are numbered from the first one of the simulation (`ordinal`). Each seat of the market has its own cut of them
into *blocks* of 256 sessions, shifted by the seat's offset, and of a block into 8 *slots* of 32. A block is the unit of
generation: its path runs from the seat's level at its start to the seat's level at its end, both known without any bar,
so any block can be made alone. A slot holds at most one planted pattern, whose last bar stands at `EVENT`. Offsets
spread the slots so that some seats have a pattern end at every session, the last one asked for included.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from tapehawk.core.errors import BadInput
from tapehawk.core.sessions import Calendar, date_of, day_number

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BLOCK: Final = 256
SLOT: Final = 32
SLOTS: Final = BLOCK // SLOT
EVENT: Final = 29
BLOCKS: Final = 40  # of a seat's whole life: longer than either calendar reaches


@dataclass(frozen=True)
class Rows:
    """One row per (seat, block), seats in the order asked for, blocks rising.

    `seat`, `block` and `start` have shape (n_rows); `start` is the ordinal of the block's first session.
    """

    seat: Ints
    block: Ints
    start: Ints

    def ordinals(self) -> Ints:
        """Return the ordinal of every bar, shape (n_rows, BLOCK)."""
        return self.start[:, None] + np.arange(BLOCK)


@dataclass(frozen=True)
class Timeline:
    """The sessions of a calendar from `first` on, numbered from 0."""

    calendar: Calendar
    first: dt.date

    def days(self) -> Ints:
        """Return the day of every ordinal from 0 on."""
        return self.calendar.date[np.searchsorted(self.calendar.date, day_number(self.first)) :]

    def span(self, start: dt.date, end: dt.date) -> tuple[int, int]:
        """Return the first and last ordinal from `start` to `end`, both inclusive; the last is less when none is."""
        if start < self.first or end > self.calendar.last:
            raise BadInput(
                f"the simulated {self.calendar.name} market reaches from {self.first} to {self.calendar.last}",
                hint=f"asked for {start} to {end}",
            )
        first, last = np.searchsorted(self.days(), [day_number(start), day_number(end) + 1])
        return int(first), int(last) - 1

    def date(self, ordinal: int) -> dt.date:
        """Return the date of a session."""
        return date_of(self.days()[ordinal])

    def rows(self, seats: Ints, first: int, last: int) -> Rows:
        """Return the blocks of these seats that the ordinals from `first` to `last` touch."""
        earliest = (first + offset(seats)) // BLOCK
        count = int(((last + offset(seats)) // BLOCK - earliest).max()) + 1 if len(seats) else 0
        seat = np.repeat(seats, count)
        block = (earliest[:, None] + np.arange(count)).ravel()
        return Rows(seat, block, block * BLOCK - offset(seat))


def offset(seats: Ints) -> Ints:
    """Return how many sessions each seat's blocks are ahead of the ordinals; 37 is odd, so all 256 are used evenly."""
    return seats * 37 % BLOCK
