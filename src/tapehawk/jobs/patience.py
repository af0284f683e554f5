"""Doing again what may work later."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from threading import Event
from typing import Final, TypeVar

from tapehawk.core.errors import TryAgain

T = TypeVar("T")
FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 2.0


def patiently(work: Callable[[], T], *, unless: Event, seconds: float = math.inf) -> T:
    """Return what `work` returns, which is done again while it raises TryAgain.

    For so long, or until `unless` is set; then TryAgain is raised.
    """
    until, pause = time.monotonic() + seconds, FIRST_PAUSE
    while True:
        try:
            return work()
        except TryAgain:
            if time.monotonic() >= until or unless.wait(pause):
                raise
            pause = min(2 * pause, LONGEST_PAUSE)
