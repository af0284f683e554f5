"""Messages of one matter, in order, the last of them kept for who was away."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

MOST_KEPT: Final = 1_000  # messages
MOST_KEPT_SIZE: Final = 4_000_000  # characters
_TEXT: Final = 0x81  # the whole of a text


@dataclass(frozen=True)
class Message:
    """A message as it goes out, written once for all who hear it."""

    sequence: int
    text: str

    @cached_property
    def frame(self) -> bytes:
        """The frame that carries it: a server's are not masked, so that one is good for every client."""
        payload = self.text.encode()
        size = len(payload)
        if size < 126:
            return struct.pack("!BB", _TEXT, size) + payload
        if size < 65_536:
            return struct.pack("!BBH", _TEXT, 126, size) + payload
        return struct.pack("!BBQ", _TEXT, 127, size) + payload


class Hears(Protocol):
    """Who listens: has something put in, and is not waited for."""

    def put(self, message: Message, /) -> None:
        """Take a message."""


class Topic:
    """One matter. `floor`: what was said behind this number is kept; `size`: of that; `queues`: who listens."""

    def __init__(self, floor: int) -> None:
        self.floor = floor
        self.queues: set[Hears] = set()
        self._kept: deque[Message] = deque()
        self.size = 0

    def say(self, message: Message) -> None:
        """Hand a message to everybody, and keep it. Waits for nobody."""
        self._kept.append(message)
        self.size += len(message.text)
        while len(self._kept) > MOST_KEPT or self.size > MOST_KEPT_SIZE:
            dropped = self._kept.popleft()
            self.size -= len(dropped.text)
            self.floor = dropped.sequence
        for queue in tuple(self.queues):
            queue.put(message)

    def forget(self, floor: int) -> None:
        """Keep nothing of what was said up to a number."""
        self._kept.clear()
        self.size, self.floor = 0, floor

    def since(self, sequence: int) -> Iterable[Message]:
        """Return what was said behind a number, as far as it is kept."""
        return (message for message in self._kept if message.sequence > sequence)
