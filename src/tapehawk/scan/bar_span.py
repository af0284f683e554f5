"""From when to when bars are asked for: dates name sessions, both included; instants name starts of bars.

2024-03-08                       the whole session of that date
2024-03-08T15:00:00Z             bars that start then or later (`from`), before then (`to`)
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from tapehawk.core.errors import BadInput
from tapehawk.core.instants import microseconds
from tapehawk.core.panel import Ints, Panel
from tapehawk.core.sessions import day_number

Moment = dt.date | dt.datetime


def moment_of(text: str, name: str) -> Moment:
    """Read a date, or an instant with its zone. Raises BadInput for anything else, and for dates that do not exist."""
    hint = "2024-03-08 is a session, 2024-03-08T15:00:00Z an instant"
    try:
        if len(text) <= len("2024-03-08"):
            return dt.date.fromisoformat(text)
        instant = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{name}: {text!r} is no date and no instant", hint=hint) from error
    if instant.tzinfo is None:
        raise BadInput(f"{name}: {text!r} says no time zone", hint=hint)
    try:
        return instant.astimezone(dt.UTC)
    except OverflowError as error:
        raise BadInput(f"{name}: {text!r} is beyond all calendars", hint=hint) from error


@dataclass(frozen=True)
class Span:
    """Bars from a moment to a moment; None: no bound. Raises BadInput where it ends before it begins."""

    first: Moment | None = None
    last: Moment | None = None

    def __post_init__(self) -> None:
        if self.first is None or self.last is None:
            return
        if _begin(self.first) > _begin(self.last):
            raise BadInput(f"from {self.first} to {self.last}, which is earlier", hint="the other way round")

    def rows(self, panel: Panel) -> Ints:
        """Return which bars of a panel are meant."""
        wanted = np.ones(panel.n_bars, dtype=bool)
        session = panel.columns["session"]
        if isinstance(self.first, dt.datetime):
            wanted &= panel.time >= microseconds(self.first)
        elif self.first is not None:
            wanted &= session >= day_number(self.first)
        if isinstance(self.last, dt.datetime):
            wanted &= panel.time < microseconds(self.last)
        elif self.last is not None:
            wanted &= session <= day_number(self.last)
        return np.flatnonzero(wanted)


def _begin(moment: Moment) -> dt.datetime:
    return moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time(), dt.UTC)
