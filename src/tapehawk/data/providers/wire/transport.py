"""How every provider is asked: one pooled client, the plan's limit, retries, a breaker, and errors of our own.

    get → breaker admits? → bucket: a credit → HTTP → status and body read → value
             ▲                                              │ trouble that may pass
             └───── wait: Retry-After, or full jitter ◄─────┘ (GET only, so that asking twice does no harm)

Stamina counts the attempts and reports them; the waiting is ours, because a vendor may say how long.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

import httpx2
import msgspec
import stamina

from tapehawk.core.errors import TryAgain
from tapehawk.data.providers.door import Health
from tapehawk.data.providers.wire.breaker import Breaker
from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.secrets import KeyAuth, Keys, struck
from tapehawk.data.providers.wire.trouble import AGAIN, DOWN, HINTS, Answer, Trouble, error_of, trouble_of

T = TypeVar("T")
Query = Mapping[str, str | int | float | bool]

TIMEOUT: Final = httpx2.Timeout(30.0, connect=5.0, read=30.0, write=30.0, pool=5.0)
CONNECTIONS: Final = httpx2.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30.0)


@dataclass(frozen=True)
class Patience:
    """How often a call is made and how long is waited in between, in seconds.

    A vendor that asks for a longer wait than `longest` is not waited for: the call ends as TryAgain and says how long.
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 90.0


class Wire:
    """The line to one provider on one key. Made once, used by everything that asks this provider.

    `read_trouble` says what an answer with an error status means (default: by status alone). `heard` is told every
    answer's headers: limits that the vendor reports. `transport` replaces the network.
    """

    def __init__(  # noqa: PLR0913 - the parts of one line
        self,
        provider: str,
        base_url: str,
        *,
        keys: Keys | None = None,
        bucket: Bucket | None = None,
        breaker: Breaker | None = None,
        patience: Patience = Patience(),
        clock: Clock = SYSTEM,
        read_trouble: Callable[[Answer], Trouble] = trouble_of,
        heard: Callable[[Mapping[str, str]], None] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.provider, self.base_url = provider, base_url.rstrip("/")
        self.keys = keys or Keys({})
        self.clock = clock
        self.bucket = bucket or Bucket(None, clock=clock)
        self.breaker = breaker or Breaker(clock=clock)
        self.ledger = Ledger(provider, clock)
        self._patience, self._read_trouble, self._heard, self._transport = patience, read_trouble, heard, transport
        self._client: httpx2.AsyncClient | None = None

    async def get(
        self, path: str, query: Query | None = None, *, read: Callable[[Answer], T], credits: int = 1, about: str = ""
    ) -> T:
        """Ask with GET and return what `read` makes of a good answer.

        `path` begins with a slash and may hold a query of its own. `read` raises Trouble for an answer that is an
        error after all, and may let msgspec's errors out: a body that can't be read is asked for again. `about` names
        what was asked for in errors: a symbol where the status 404 means that there is none.
        """
        self.keys.need(self.provider)
        waits = _Waits(self._patience, self.clock)
        try:
            async for attempt in stamina.retry_context(on=waits.judge, attempts=self._patience.attempts, timeout=None):
                with attempt:
                    await waits.over()
                    return await self._once(path, query, read, credits)
        except Trouble as trouble:
            final = trouble
        raise error_of(final, self.provider, about)

    async def _once(self, path: str, query: Query | None, read: Callable[[Answer], T], credits: int) -> T:
        """Make one attempt. Every end is reported to breaker and ledger."""
        wait = self.breaker.admit()
        if wait:
            said = f"{self.provider} seems to be down; it is left alone for {wait:.0f} s"
            raise TryAgain(said, hint=HINTS["line"])
        try:
            await self.bucket.take(credits)
            self.ledger.called()
            answer = await self._sent(path, query)
            value = self._read(answer, read)
        except Trouble as trouble:
            self._report(trouble)
            failed = trouble
        except BaseException:
            self.breaker.abandoned()
            raise
        else:
            self.breaker.succeeded()
            self.ledger.succeeded()
            return value
        raise failed

    async def _sent(self, path: str, query: Query | None) -> Answer:
        """Send one request; what the transport raises becomes a trouble that is not chained to its frames."""
        try:
            response = await self._open().get(self.base_url + path, params=query or None)
            return Answer(response.status_code, response.headers, response.content)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            said = _said(error)
        raise self._clean(Trouble("line", said))

    def _read(self, answer: Answer, read: Callable[[Answer], T]) -> T:
        if self._heard:
            self._heard(answer.headers)
        if answer.status >= 300:
            raise self._clean(self._read_trouble(answer))
        try:
            return read(answer)
        except Trouble as trouble:
            found = self._clean(trouble)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            found = self._clean(Trouble("unreadable", f"an unreadable answer ({error}): {answer.text()[:80]}"))
        raise found

    def _clean(self, trouble: Trouble) -> Trouble:
        return Trouble(trouble.kind, struck(trouble.said, self.keys.secrets()), wait=trouble.wait)

    def _report(self, trouble: Trouble) -> None:
        self.ledger.failed(trouble.kind, trouble.said)
        if trouble.kind in DOWN:
            self.breaker.failed()
        else:
            self.breaker.succeeded()
        if trouble.kind == "limit" and trouble.wait:
            self.bucket.pause(trouble.wait)

    def _open(self) -> httpx2.AsyncClient:
        """Return the pooled client, made at the first call of a run."""
        if self._client is None:
            self._client = httpx2.AsyncClient(
                auth=KeyAuth(self.keys),
                timeout=TIMEOUT,
                limits=CONNECTIONS,
                headers={"User-Agent": "tapehawk", "Accept-Encoding": "gzip"},
                transport=self._transport,
            )
        return self._client

    def health(self) -> Health:
        """Return the line's counts."""
        return self.ledger.health(self.breaker, self.bucket)

    async def close(self) -> None:
        """Give the connections back; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


class _Waits:
    """Between two attempts of one call: whether to try again, and how long to wait before."""

    def __init__(self, patience: Patience, clock: Clock) -> None:
        self._patience, self._clock = patience, clock
        self._attempt, self._wait = 0, 0.0

    def judge(self, error: Exception) -> float | bool:
        """Say whether a failed attempt may be repeated; stamina's own wait is nil."""
        if not isinstance(error, Trouble) or error.kind not in AGAIN:
            return False
        self._attempt += 1
        patience = self._patience
        jitter = self._clock.jittered(self._attempt, first=patience.first, longest=patience.longest)
        self._wait = (error.wait or 0.0) + jitter
        return False if (error.wait or 0.0) > patience.longest else 0.0

    async def over(self) -> None:
        """Wait, if the last attempt failed."""
        if self._wait:
            await self._clock.sleep(self._wait)


def _said(error: Exception) -> str:
    """Return a transport's error in words; its own text may hold an address, never a key."""
    words: dict[type[Exception], str] = {
        httpx2.ConnectTimeout: "no connection within 5 s",
        httpx2.ReadTimeout: "no answer within 30 s",
        httpx2.PoolTimeout: "all connections are busy",
    }
    return words.get(type(error)) or f"{type(error).__name__}: {error}".rstrip(": ")
