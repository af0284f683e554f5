"""A stream that is open is not a stream that is alive: data must flow while the market trades.

Quiet is measured on data alone; heartbeats, pongs and confirmations do not count. Nothing is expected while the venue
is closed, and quiet starts anew with each phase of the day. A list of symbols that nobody trades is quiet too: every
alarm that a new connection did not cure doubles the patience. When data comes at last on such a line, the quiet before
it may have hidden some: the owner is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from tapehawk.core.sessions import AFTER_HOURS, CLOSED, CONTINUOUS, PREMARKET, REGULAR, Calendar
from tapehawk.data.providers.wire.clock import Clock

PATIENCE: Final[Mapping[int, float]] = {REGULAR: 150.0, CONTINUOUS: 150.0, PREMARKET: 900.0, AFTER_HOURS: 900.0}
"""Seconds of quiet that are believed, by phase: two minute bars and a margin; much longer where few trade."""
LONGEST: Final = 3600.0


class Watchdog:
    """Knows since when a stream has been quiet, and when that is too long; its data come `delay` minutes late."""

    def __init__(self, calendar: Calendar, clock: Clock, *, delay: int = 0) -> None:
        self._calendar, self._clock, self._delay = calendar, clock, delay * 60_000_000
        self._since, self._phase, self._futile = clock.tick(), CLOSED, 0

    def restart(self) -> None:
        """Begin to count: a connection is ready."""
        self._since = self._clock.tick()

    def fed(self) -> bool:
        """Note that data came; say whether the quiet before was longer than is believed at first."""
        quiet, futile = self._clock.tick() - self._since, self._futile
        self._since, self._futile = self._clock.tick(), 0
        return futile > 0 and quiet > PATIENCE.get(self._phase, LONGEST)

    def alarm(self) -> float:
        """Return the seconds of quiet when they are too many, else 0."""
        phase = int(self._calendar.phases(np.array([self._clock.now() - self._delay]))[0])
        if phase != self._phase or phase == CLOSED:
            self._phase = phase
            self.restart()
            return 0.0
        quiet = self._clock.tick() - self._since
        if quiet <= min(PATIENCE[phase] * 2.0**self._futile, LONGEST):
            return 0.0
        self._futile = min(self._futile + 1, 6)
        return quiet
