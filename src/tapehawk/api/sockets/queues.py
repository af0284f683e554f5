"""What waits for one client. Whoever puts something in never waits: a client that does not keep up is told goodbye.

While a client keeps up nothing waits: its line takes a message at once. Else messages wait in their order, so many at
most, for the task that sends them when the line takes more. Quotes overtake each other: of a symbol only the last one
waits, so that a slow client sees fewer of them and never an old one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from tapehawk.api.sockets.closing import Close
from tapehawk.api.sockets.topics import Message

MOST_WAITING: Final = 256  # messages
MOST_WAITING_SIZE: Final = 8_000_000  # characters


class Queue:
    """One client's. `end`: closes its socket at once. `write`: writes a frame if the line takes it now, or says no.

    `stale`: something is missing here. Messages go past the queue only once `take` was called and waits: what somebody
    who took them still sends comes first.
    """

    def __init__(self, end: Callable[[Close], None], write: Callable[[bytes], bool] = lambda _: False) -> None:
        self._end, self._write, self._news = end, write, asyncio.Event()
        self._messages: deque[str] = deque()
        self._quotes: dict[str, str] = {}
        self._size = self._sequence = 0
        self.stale = self.ended = self._idle = False

    def put(self, message: Message) -> None:
        """Let a message wait."""
        if self.ended or self.stale or (self._idle and not self._messages and self._write(message.frame)):
            return
        self._messages.append(message.text)
        self._size += len(message.text)
        if len(self._messages) > MOST_WAITING or (self._size > MOST_WAITING_SIZE and len(self._messages) > 1):
            self.end(Close.TOO_SLOW)
        self._news.set()

    def put_quote(self, symbol: str, quote: Message) -> None:
        """Let a symbol's quote wait, in the place of the one that does."""
        self._quotes[symbol] = quote.text
        self._sequence = max(self._sequence, quote.sequence)
        self._news.set()

    @property
    def waiting(self) -> int:
        """How many messages wait."""
        return len(self._messages) + len(self._quotes)

    def drop_quote(self, symbol: str) -> None:
        """Let no quote of a symbol wait."""
        self._quotes.pop(symbol, None)

    def spoil(self) -> None:
        """What waits is not all there was: drop it, the client begins anew."""
        self._drop()
        self.stale = True
        self._news.set()

    def end(self, code: Close) -> None:
        """Close the socket; nothing waits any more."""
        if not self.ended:
            self.ended = True
            self._drop()
            self._end(code)

    async def take(self) -> tuple[list[str], list[str]]:
        """Wait for something; return the messages and the quotes that wait, neither of them if it is stale."""
        self._idle = True
        while not (self._messages or self._quotes or self.stale):
            self._news.clear()
            await self._news.wait()
        self._idle = False
        messages, quotes = list(self._messages), list(self._quotes.values())
        self._drop()
        return messages, quotes

    @property
    def sequence(self) -> int:
        """The number of the newest quote that was put in."""
        return self._sequence

    def _drop(self) -> None:
        self._messages.clear()
        self._quotes.clear()
        self._size = 0
