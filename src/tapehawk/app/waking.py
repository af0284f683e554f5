"""What wakes a worker: a thread that waits until the bus says something of its kind, and looks by itself now and then.

In a process that hears everything, a look without news only finds what was lost. In any other one (a service that runs
alone, without Redis) looking is the one way to know.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tapehawk.bus.door import Bus
from tapehawk.bus.reading import Missed
from tapehawk.core.events import Event


class Waker:
    """Who waits for what. `bus`: the one that says all that this process has to know, None where none does."""

    def __init__(self) -> None:
        self.bus: Bus | None = None
        self._waiting: dict[threading.Event, tuple[type[Event], ...]] = {}

    @property
    def is_told(self) -> bool:
        """Say whether what happens is heard of here, so that nobody has to look for it."""
        return self.bus is not None and not self.bus.trouble

    @contextmanager
    def waiting(self, *kinds: type[Event]) -> Iterator[threading.Event]:
        """Hold what is set when an event of some kinds comes, or may have come."""
        news = threading.Event()
        self._waiting[news] = (*kinds, Missed)
        try:
            yield news
        finally:
            del self._waiting[news]

    def hear(self, _sequence: int, event: Event) -> None:
        """Take what the bus says."""
        for news, kinds in tuple(self._waiting.items()):
            if isinstance(event, kinds):
                news.set()
