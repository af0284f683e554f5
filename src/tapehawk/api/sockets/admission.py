"""Who may listen: from which web pages, and how many at a time."""

from __future__ import annotations

import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from tapehawk.app.settings import Settings
from tapehawk.core.errors import NotAllowed, TooMany

WAIT: Final = 10.0  # seconds until one whose seat is taken should come back
MOST_SAID: Final = 100  # messages of a client
IN: Final = 10.0  # seconds


def check_origin(headers: Headers, known: Settings) -> None:
    """Raise NotAllowed for a web page of somebody else's; programs send no origin."""
    origin = headers.get("origin")
    if origin is None or (known.api.enable_cors and origin in known.api.cors_origins):
        return
    if urlsplit(origin).netloc in {headers.get("host"), headers.get("x-forwarded-host")} - {None, ""}:
        return
    raise NotAllowed(f"web pages of {origin[:60]} may not listen here", hint="api.cors_origins names those that may")


class Flood:
    """Counts what a client says. `now`: seconds that only grow."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now, self._said = now, deque[float](maxlen=MOST_SAID)

    def comes(self) -> bool:
        """Count a message; say whether there are too many of them."""
        now, full = self._now(), len(self._said) == MOST_SAID
        flood = full and now - self._said[0] < IN
        self._said.append(now)
        return flood


class Seats:
    """How many listen. `most`: in all; `each`: of one user."""

    def __init__(self, most: int, each: int) -> None:
        self._most, self._each = most, each
        self._users: Counter[uuid.UUID] = Counter()
        self.taken = 0

    @contextmanager
    def any(self) -> Iterator[None]:
        """Hold a seat meanwhile. Raises TooMany."""
        if self.taken >= self._most:
            raise TooMany(f"{self._most:,} sockets are open already", wait=WAIT)
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    @contextmanager
    def of(self, user_id: uuid.UUID) -> Iterator[None]:
        """Hold one of a user's seats meanwhile. Raises TooMany."""
        if self._users[user_id] >= self._each:
            raise TooMany(f"you have {self._each} sockets open already", wait=WAIT)
        self._users[user_id] += 1
        try:
            yield
        finally:
            self._users[user_id] -= 1
            if not self._users[user_id]:
                del self._users[user_id]
