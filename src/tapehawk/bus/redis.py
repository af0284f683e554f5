"""The bus between processes: one Redis stream that all of them write into and read along.

    publish ──ADD──► stream PREFIX:events, at least `kept` entries ──XREAD──► each subscription's own cursor
                     hash PREFIX:events:era, the numbering (`scripts.py`)

A server that goes away is waited for. Publishing tries for so many seconds, then says TryAgain; a try whose answer was
lost is not repeated if it was heard. A subscription waits for ever, with growing pauses, and goes on from its position.
After every break, and whenever nothing has come for a while, it looks whether the stream is still the one it knows: a
server that came back empty would be silent for ever.

Redis 7 or later. The client's own retries are off: they would hide that a server went away.
"""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, TypeAlias, TypeVar

from redis import exceptions as refused
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from tapehawk.bus.door import KEPT, Bus, Subscription, closed
from tapehawk.bus.place import Place
from tapehawk.bus.reading import BEGUN, Cursor, Entry, Missed, joined, kinds_of, written
from tapehawk.bus.scripts import ADD, ADD_SHA, NEWEST
from tapehawk.core.errors import BadInput, OutOfBounds, TapehawkError, TryAgain
from tapehawk.core.events import Event

T = TypeVar("T")
_Fields: TypeAlias = tuple[str, str, bytes]  # token, kind, event

BLOCK: Final = 2_000  # milliseconds that a read waits for news
ANSWER: Final = 5.0  # seconds after which a server that is silent is gone; more than BLOCK
AT_ONCE: Final = 64  # entries a read
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # seconds
LAST: Final = 10**16 - 1  # a number that no era reaches
CONNECTIONS: Final = 10_000  # each subscription has one while it waits

_FIXED: Final = {"socket_timeout": ANSWER, "socket_connect_timeout": ANSWER, "decode_responses": False}
"""What an address may not change."""
_FOR_THE_ASKER: Final = (refused.AuthenticationError, refused.AuthorizationError, refused.NoPermissionError)
_PASSING: Final = (
    refused.ConnectionError, refused.TimeoutError, refused.ReadOnlyError, refused.OutOfMemoryError,
    refused.ClusterDownError, refused.TryAgainError,
)  # fmt: skip
_PASSING_WORDS: Final = ("MISCONF", "BUSY", "NOREPLICAS")  # the client has no class for these


class RedisBus(Bus):
    """The bus at a Redis address, under a prefix of its keys. `patience`: seconds for which publishing tries.

    Raises BadInput for what is no address; the server is not asked before something is published or listened to.
    """

    def __init__(self, url: str, *, prefix: str = "tapehawk", kept: int = KEPT, patience: float = 10.0) -> None:
        if kept < 1:
            raise OutOfBounds(f"a bus that keeps {kept} events", hint="at least 1")
        super().__init__()
        self._client, self._where, self._secret = _client(url)
        self._stream, self._era = f"{prefix}:events", f"{prefix}:events:era"
        self._kept, self._patience = kept, patience
        self._newest: Place | None = None
        self._name, self._numbers = uuid.uuid4().hex, count()
        self._turn = asyncio.Lock()
        self._over, self._works = self._loop.create_future(), set[asyncio.Task[Any]]()

    async def publish(self, event: Event) -> str:
        """Say an event to all; see `Bus`. After TryAgain it may have been heard all the same."""
        self._need_open()
        entry = (f"{self._name}:{next(self._numbers)}", event.kind, written(event))
        return str(await self._tried(self._said(entry)))

    async def subscribe(
        self, events: Collection[type[Event]] | None = None, *, since: str | None = None
    ) -> Subscription:
        """Listen; see `Bus`."""
        self._need_open()
        known = Place.read(since) if since is not None else None
        newest = await self._tried(self._repeated(self._look))
        at, missed = joined(known or newest, newest)
        return self._follow(_Reading(Cursor(at, kinds_of(events)), at), missed)

    async def newest(self) -> str:
        """Return the newest position; see `Bus`."""
        self._need_open()
        return str(await self._tried(self._repeated(self._look)))

    async def close(self) -> None:
        """End every subscription; see `Bus`."""
        if not self._closed:
            self._closed = True
            self._over.set_result(None)
        if self._works:
            await asyncio.wait(self._works)
        await self._client.aclose()

    # publishing

    async def _said(self, entry: _Fields) -> Place:
        before: list[Place] = []
        async with self._turn:  # positions are in the order of the calls, whatever has to be tried again
            return await self._repeated(lambda: self._add(entry, before))

    async def _add(self, entry: _Fields, before: list[Place]) -> Place:
        """Add an entry once. `before`: the newest place before the first try, which is left there for the next."""
        newest = self._newest or await self._look()
        again = _id(before[0]) if before else ""
        before[:] = before or [newest]
        while True:
            arguments = (newest.era, self._kept, *entry, again)
            try:
                added = await _done(self._client.evalsha(ADD_SHA, 1, self._stream, *arguments))
            except refused.NoScriptError:  # another life of the server: an era first
                newest = await self._look()
                await _done(self._client.script_load(ADD))
                continue
            if added is not None:
                self._newest = _place(added)
                return self._newest
            newest = await self._look()

    async def _look(self) -> Place:
        """Return the newest place, in an era that is begun if need be."""
        self._newest = _place(await _done(self._client.eval(NEWEST, 2, self._stream, self._era)))
        return self._newest

    # listening

    async def _follow(self, reading: _Reading, missed: Missed | None) -> Subscription:
        cursor = reading.cursor
        if missed:
            yield str(cursor.at), missed
        while not self._closed:
            try:
                entries = await self._own(self._repeated(lambda: self._news(reading)))
            except TryAgain:  # closed: nothing else ends a subscription's patience
                return
            for entry in entries:
                reading.after = entry.place
                for told in cursor.take(entry):
                    yield told

    async def _news(self, reading: _Reading) -> list[Entry]:
        """Wait for the next entries."""
        while True:
            if not reading.sure:
                newest = await self._look()
                if newest.era < reading.cursor.at.era:  # the server came back empty, and its clock is behind
                    reading.after = Place(newest.era - 1, LAST)
            reading.sure = False
            found = await _done(self._client.xread({self._stream: _id(reading.after)}, count=AT_ONCE, block=BLOCK))
            if found:
                reading.sure = True
                return [_entry(*one) for one in found[self._stream.encode()]]

    # the server

    async def _tried(self, work: Coroutine[Any, Any, T]) -> T:
        """Do a work for as long as patience lasts. Raises TryAgain."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._own(work)
        except TimeoutError:
            self.trouble = self.trouble or f"{self._where} does not answer"
        raise TryAgain(self.trouble)

    async def _repeated(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do a work until the server is there for it. Raises BadInput for what waiting does not mend."""
        for attempt in count(1):
            try:
                result = await work()
            except refused.RedisError as error:
                trouble = self._translated(error)
            else:
                self.trouble = ""
                return result
            self.trouble = trouble.message
            if not isinstance(trouble, TryAgain):
                raise trouble
            await asyncio.sleep(pause(attempt))
        raise AssertionError  # count() has no end

    async def _own(self, work: Coroutine[Any, Any, T]) -> T:
        """Do a work that `close` ends: then it raises TryAgain."""
        task = asyncio.create_task(work)
        self._works.add(task)
        try:
            await asyncio.wait({task, self._over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            while not task.done():  # the client writes under a wait_for, which may lose a cancellation
                task.cancel()
                await asyncio.wait({task}, timeout=0.05)
            self._works.discard(task)
        if task.cancelled():
            raise closed()
        return task.result()

    def _translated(self, error: refused.RedisError) -> TapehawkError:
        said = f"{self._where}: {type(error).__name__}: {error}"
        if self._secret:
            said = said.replace(self._secret, "***")
        if isinstance(error, _FOR_THE_ASKER):
            return BadInput(said, hint="the user and password in the address, and what that user may do")
        passes = isinstance(error, _PASSING) or str(error).startswith(_PASSING_WORDS)
        return TryAgain(said) if passes else BadInput(said)


@dataclass(eq=False)
class _Reading:
    """How far a subscription has read. `sure`: that the stream is still the one it knows."""

    cursor: Cursor
    after: Place
    sure: bool = True


def at_once() -> dict[str, Any]:
    """Return a client's options for who would rather do without an answer than wait for one."""
    return {"socket_timeout": 0.5, "socket_connect_timeout": 0.5, "retry": Retry(NoBackoff(), 0)}


def ping(url: str) -> None:
    """Ask whether a server answers. Raises TryAgain, or BadInput for what waiting does not mend; from any thread."""

    async def asked() -> None:
        client, where, _ = _client(url)
        try:
            await _done(client.ping())
        except refused.RedisError as error:
            kind = TryAgain if isinstance(error, _PASSING) else BadInput
            raise kind(f"{where}: {type(error).__name__}") from error
        finally:
            await client.aclose()

    asyncio.run(asked())


def pause(attempt: int, chance: Callable[[], float] = random.random) -> float:
    """Return the seconds after try `attempt`: anything up to a bound that doubles, so that not all come at once."""
    return chance() * min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempt - 1, 30))


def _client(url: str) -> tuple[Redis, str, str]:
    """Return a client, where it asks, and the password. Raises BadInput, without a word of the address."""
    try:
        client = Redis.from_url(url, retry=Retry(NoBackoff(), 0), max_connections=CONNECTIONS, legacy_responses=False)
        known = client.connection_pool.connection_kwargs
        known.update(_FIXED)
        there = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # finds what is wrong now
    except (ValueError, TypeError):
        there = None
    if there is None:
        raise BadInput("the address of the Redis bus can't be read", hint="redis://USER:PASSWORD@HOST:PORT/0")
    where = known.get("path") or f"{known.get('host', 'localhost')}:{known.get('port', 6379)}"
    return client, f"Redis at {where}", str(known.get("password") or "")


def _id(place: Place) -> str:
    return f"{place.era}-{place.number}"


def _place(id: bytes) -> Place:
    era, number = id.split(b"-")
    return Place(int(era), int(number))


def _entry(id: bytes, fields: dict[bytes, bytes]) -> Entry:
    """Return an entry; what has not all the fields of ours is not ours."""
    kind = fields.get(b"kind", b"").decode(errors="replace")
    ours = kind == BEGUN or fields.keys() >= {b"token", b"event"}
    return Entry(_place(id), kind if ours else "", fields.get(b"event", b""))


async def _done(answer: Any) -> Any:  # noqa: ANN401 - the client's methods answer now or later, says their type
    return await answer
