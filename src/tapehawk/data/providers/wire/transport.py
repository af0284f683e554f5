"""A provider over HTTP: one pooled client, GET only, so that asking twice does no harm.

get → asked patiently (`asking`) → HTTP → status and body read → value, or a trouble without any key in it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import httpx2
import msgspec

from tapehawk.data.providers.door import Health
from tapehawk.data.providers.wire.asking import PATIENT, Asking, Patience
from tapehawk.data.providers.wire.breaker import Breaker
from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.secrets import KeyAuth, Keys, struck
from tapehawk.data.providers.wire.trouble import Answer, Trouble, trouble_of

T = TypeVar("T")
Query = Mapping[str, str | int | float | bool]

TIMEOUT: Final = httpx2.Timeout(30.0, connect=5.0, read=30.0, write=30.0, pool=5.0)
CONNECTIONS: Final = httpx2.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30.0)


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
        patience: Patience = PATIENT,
        clock: Clock = SYSTEM,
        read_trouble: Callable[[Answer], Trouble] = trouble_of,
        heard: Callable[[Mapping[str, str]], None] | None = None,
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.keys = keys or Keys({})
        self.asking = Asking(provider, bucket=bucket, breaker=breaker, patience=patience, clock=clock)
        self.provider, self.clock = provider, clock
        self.bucket, self.ledger = self.asking.bucket, self.asking.ledger
        self._read_trouble, self._heard, self._transport = read_trouble, heard, transport
        self._client: httpx2.AsyncClient | None = None

    async def get(  # noqa: PLR0913 - a question has these parts
        self,
        path: str,
        query: Query | None = None,
        *,
        read: Callable[[Answer], T],
        credits: int = 1,
        about: str = "",
        symbol: str = "",
    ) -> T:
        """Ask with GET and return what `read` makes of a good answer.

        `path` begins with a slash and may hold a query of its own. `read` raises Trouble for an answer that is an
        error after all, and may let msgspec's errors out: a body that can't be read is asked for again. `about` names
        what was asked for in errors. Or it was a `symbol`: then a 404 that is the vendor's word, and no page of a web
        server's, means that there is none.
        """
        self.keys.need(self.provider)

        async def once() -> T:
            return self._read(await self._sent(path, query), read)

        return await self.asking.ask(once, credits=credits, about=about, symbol=symbol)

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
        return self.asking.health()

    async def close(self) -> None:
        """Give the connections back; the next call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()


def _said(error: Exception) -> str:
    """Return a transport's error in words; its own text may hold an address, never a key."""
    words: dict[type[Exception], str] = {
        httpx2.ConnectTimeout: "no connection within 5 s",
        httpx2.ReadTimeout: "no answer within 30 s",
        httpx2.PoolTimeout: "all connections are busy",
    }
    return words.get(type(error)) or f"{type(error).__name__}: {error}".rstrip(": ")
