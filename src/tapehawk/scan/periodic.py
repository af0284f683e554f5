"""Something done again and again, on time: a scan that is late does not push the next ones back."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Final

FIRST_AFTER: Final = 5.0  # seconds: what starts together with the program begins first


def next_due(due: float, now: float, every: float) -> float:
    """Return the next instant of a beat that lies ahead; those missed meanwhile are not made up for."""
    missed = max(0, int((now - due) // every))
    return due + (missed + 1) * every


def repeat(work: Callable[[], None], every: float, stop: Event, *, clock: Callable[[], float] = time.monotonic) -> None:
    """Do some work every so many seconds until `stop` is set; the first time soon."""
    due = clock() + FIRST_AFTER
    while not stop.wait(max(0.0, due - clock())):
        work()
        due = next_due(due, clock(), every)
