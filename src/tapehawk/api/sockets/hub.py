"""The hub: hears the bus, writes each message once, and hands it to the topics that it is of.

It reads the bus from the oldest event that is kept, so that a process that was started again has the history of the
one before it, where the bus outlived that (Redis); in memory there is none, and clients are told to reload.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, TypeAlias

import orjson

from tapehawk.api.sockets.queues import Queue
from tapehawk.api.sockets.sequence import sequence_of
from tapehawk.api.sockets.told import told
from tapehawk.api.sockets.topics import Message, Topic
from tapehawk.bus.door import Bus
from tapehawk.bus.place import Place
from tapehawk.bus.reading import Missed
from tapehawk.core.errors import TryAgain
from tapehawk.core.events import Event
from tapehawk.core.instants import rfc3339

Listener: TypeAlias = Callable[[int, Event], None]

MOST_KEPT_SIZE: Final = 64_000_000  # characters, of all topics
HEARTBEAT: Final = 15.0  # seconds
AGAIN_AFTER: Final = 1.0  # seconds
CATCH_UP: Final = 5.0  # seconds that a start waits for the history
BEHIND: Final = 1.0  # seconds that a client which knows more than this process waits for it
_log = logging.getLogger("tapehawk.sockets")


class Hub:
    """Topics and who listens. `now`: the clock; `head`: the number up to which everything was heard.

    `count`: hears how many clients a message is for.
    """

    def __init__(self, now: Callable[[], dt.datetime], count: Callable[[int], None] = lambda _: None) -> None:
        self._now, self.count = now, count
        self._topics: dict[str, Topic] = {}  # who spoke last stands last
        self._place, self._floor, self._size = str(Place(0, 0)), 0, 0
        self._heard = asyncio.Event()
        self.queues: set[Queue] = set()
        self.listeners: list[Listener] = []
        self.head = 0

    # saying

    def hear(self, position: str, event: Event) -> None:
        """Take what the bus says next."""
        self._place, self.head = position, sequence_of(position)
        if isinstance(event, Missed):
            self._miss()
        for number, (topics, said) in enumerate(told(event)):
            message = self.message(said, self.head + number)
            for name in topics:
                self._say(name, message)
        for listener in self.listeners:
            listener(self.head, event)
        self._heard.set()

    def message(self, said: dict[str, Any], sequence: int | None = None) -> Message:
        """Return a message as it goes out; by default it stands behind everything that was heard."""
        number = self.head if sequence is None else sequence
        text = orjson.dumps({**said, "sequence": number, "timestamp": rfc3339(self._now())}, option=_PLAIN)
        return Message(number, text.decode())

    def beat(self) -> None:
        """Tell every client that this end lives."""
        message = self.message({"type": "heartbeat"})
        self.count(len(self.queues))
        for queue in tuple(self.queues):
            queue.put(message)

    # listening

    def join(self, queue: Queue, topics: Iterable[str], since: int | None) -> list[Message] | None:
        """Let a client listen from now on; return what it missed, None where it has to begin anew."""
        joined = [self._topic(name) for name in topics]
        self.queues.add(queue)
        for topic in joined:
            topic.queues.add(queue)
        if since is None or since > self.head or any(since < topic.floor for topic in joined):
            return None
        return sorted((one for topic in joined for one in topic.since(since)), key=lambda one: one.sequence)

    def leave(self, queue: Queue, topics: Iterable[str]) -> None:
        """Let a client go."""
        self.queues.discard(queue)
        for name in topics:
            if topic := self._topics.get(name):
                topic.queues.discard(queue)
                if not topic.size and not topic.queues:
                    del self._topics[name]

    async def reached(self, sequence: int, patience: float) -> None:
        """Wait until this process has heard as much, for so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self.head < sequence:
                    self._heard.clear()
                    await self._heard.wait()

    async def listen(self, bus: Bus) -> None:
        """Hear the bus until it is closed."""
        while True:
            try:
                async for position, event in await bus.subscribe(since=self._place):
                    self._take(position, event)
                    await asyncio.sleep(0)  # whoever has something to send now has a turn before the next one
            except TryAgain:
                await asyncio.sleep(AGAIN_AFTER)
            else:
                return

    def _take(self, position: str, event: Event) -> None:
        try:
            self.hear(position, event)
        except Exception:  # noqa: BLE001  the outermost loop of the sockets: one event must not silence the others
            _log.exception("an event can't be told", extra={"kind": event.kind})

    # topics

    def _say(self, name: str, message: Message) -> None:
        topic = self._topics[name] = self._topic(name)
        self._size -= topic.size
        self.count(len(topic.queues))
        topic.say(message)
        self._size += topic.size
        self._topics[name] = self._topics.pop(name)
        while self._size > MOST_KEPT_SIZE:
            self._forget(next(name for name, topic in self._topics.items() if topic.size))

    def _topic(self, name: str) -> Topic:
        """Return a topic; of one that nobody spoke on yet, everything since the hub's floor is known: nothing."""
        if name not in self._topics:
            self._topics[name] = Topic(self._floor)
        return self._topics[name]

    def _forget(self, name: str) -> None:
        topic = self._topics[name]
        self._size -= topic.size
        topic.forget(self.head)
        if not topic.queues:
            del self._topics[name]
            self._floor = self.head  # of a topic that is made again nobody knows what it had

    def _miss(self) -> None:
        """Begin anew: nobody can be told what was missed here."""
        self._floor, self._size = self.head, 0
        for topic in self._topics.values():
            topic.forget(self.head)
        for queue in tuple(self.queues):
            queue.spoil()


_PLAIN: Final = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


@asynccontextmanager
async def listening(hub: Hub, bus: Bus) -> AsyncIterator[None]:
    """Let a hub hear a bus meanwhile; begins once it has heard what the bus has kept, if that is there."""
    tasks = [asyncio.create_task(hub.listen(bus)), asyncio.create_task(_beating(hub))]
    with suppress(TryAgain, TimeoutError):
        async with asyncio.timeout(CATCH_UP):
            await hub.reached(sequence_of(await bus.newest()), CATCH_UP)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _beating(hub: Hub) -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
        hub.beat()
