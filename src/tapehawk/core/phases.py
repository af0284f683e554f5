"""The phase of the trading day at an instant, and when it changes next.

A phase takes in the instant it begins at and leaves out the one it ends at. What hours a market keeps, its holidays,
early closes and clock changes are its calendar's business (`sessions.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from tapehawk.core.sessions import CLOSED, CONTINUOUS, PHASES, REGULAR, calendar_named

WITH_BARS: Final = {
    ("us", "extended"): ("premarket", "regular", "after_hours"),
    ("us", "regular"): (PHASES[REGULAR],),
    ("crypto", "extended"): (PHASES[CONTINUOUS],),
    ("crypto", "regular"): (PHASES[CONTINUOUS],),
}
"""The phases that have bars, in their order, by market and hours."""


@dataclass(frozen=True)
class Phase:
    """One phase of one day, from `since` to before `until` (µs UTC); `until` None: it never changes."""

    name: str
    since: int
    until: int | None

    @property
    def is_open(self) -> bool:
        """Say whether there is trading in it."""
        return self.name != PHASES[CLOSED]


def phase_at(market: str, time: int) -> Phase:
    """Return the phase of a market ("us", "crypto") at an instant. Raises BadInput beyond the calendar's reach."""
    calendar = calendar_named(market)
    name = PHASES[int(calendar.phases(np.array([time]))[0])]
    since, until = calendar.edges_around(time)
    return Phase(name, since, None if name == PHASES[CONTINUOUS] else until)
