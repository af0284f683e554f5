"""HTTP to addresses that users give: guarded, hurried, short of memory, and without following anybody elsewhere.

    request ─► look the name up, judge it (guard.py) ─► connect to that very address ─► TLS by the name ─► answer

It is made of the connections under the HTTP client, because that is where a name becomes an address. The whole of it
has one deadline, however slowly the far side drips. No proxy, no cookies, no redirects; nothing of it is logged, for
URLs are secrets.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import httpcore2
import httpx2

from tapehawk.core.errors import BadInput, ProviderRefused, TapehawkError, TooMany, TryAgain
from tapehawk.notify.guard import addresses_of

DEADLINE: Final = 15.0
"""Seconds that all of a request may take."""
MOST: Final = 65_536
"""Bytes of an answer that are read."""
SHOWN: Final = 200
"""Characters of an answer that are kept."""
LONGEST_WAIT: Final = 86_400.0
"""Seconds that a far side may have us wait."""
NOT_NOW: Final = frozenset({408, 425})
USER_AGENT: Final = "Tapehawk"


@dataclass(frozen=True)
class Answer:
    """What the far side answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def said(self) -> str:
        """It in a few words."""
        words = "".join(one if one.isprintable() else " " for one in self.content.decode("utf-8", "replace"))
        return f"{self.status} {' '.join(words.split())[:SHOWN]}".strip()


@dataclass(frozen=True)
class Line:
    """Sends requests. `allow_private`: also to addresses of private networks."""

    allow_private: bool = False
    deadline: float = DEADLINE
    now: Callable[[], float] = time.time

    def send(self, request: httpx2.Request) -> Answer:
        """Return the answer to a request that was taken (2xx).

        Raises ProviderRefused for one that was refused, TooMany or TryAgain where it may be taken later, NotAllowed for
        an address that may not be connected to.
        """
        answer = self._answer(request)
        if 200 <= answer.status < 300:
            return answer
        raise self._no(answer)

    def _answer(self, request: httpx2.Request) -> Answer:
        backend = _Guarded(self.allow_private, time.monotonic() + self.deadline)
        headers = [*request.headers.raw, (b"User-Agent", USER_AGENT.encode())]
        pool = httpcore2.ConnectionPool(ssl_context=_tls(), max_connections=1, network_backend=backend)
        try:
            with pool, pool.stream(request.method, str(request.url), headers=headers, content=request.read()) as answer:
                return Answer(answer.status, _texts(answer.headers), _beginning(answer.iter_stream()))
        except httpcore2.TimeoutException as error:
            raise TryAgain("no answer in time") from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError, ssl.SSLError, OSError) as error:
            raise TryAgain(f"the line failed ({type(error).__name__})") from error
        except (httpcore2.UnsupportedProtocol, UnicodeError, ValueError) as error:
            raise BadInput("this is no address that can be sent to") from error

    def _no(self, answer: Answer) -> TapehawkError:
        if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
            return TooMany(f"asked to wait: {answer.said}", wait=self._wait(answer.headers.get("retry-after", "")))
        if answer.status >= 500 or answer.status in NOT_NOW:
            return TryAgain(f"not now: {answer.said}")
        if 300 <= answer.status < 400:
            return ProviderRefused(f"it sends us elsewhere, where we do not go: {answer.status}")
        return ProviderRefused(f"refused: {answer.said}")

    def _wait(self, written: str) -> float:
        """Return the seconds that a Retry-After asks for: a number, or a date."""
        try:
            at = dt.timedelta(seconds=int(written)).total_seconds()
        except (ValueError, OverflowError):
            try:
                at = email.utils.parsedate_to_datetime(written).timestamp() - self.now()
            except (ValueError, OverflowError):
                at = 0.0
        return min(max(at, 1.0), LONGEST_WAIT)


class _Guarded(httpcore2.NetworkBackend):
    """Connects to addresses that were judged, until a deadline (of the monotonic clock)."""

    def __init__(self, allow_private: bool, until: float) -> None:  # noqa: FBT001 - the line's own
        self._allow_private, self._until, self._tcp = allow_private, until, httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline is for all
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        failed: Exception = httpcore2.ConnectError("no address")
        for address in addresses_of(host, port, allow_private=self._allow_private):
            try:
                made = self._tcp.connect_tcp(address, port, _left(self._until), local_address, socket_options)
                return _Hurried(made, self._until)
            except httpcore2.ConnectError as error:
                failed = error
        raise failed


class _Hurried(httpcore2.NetworkStream):
    """A stream all of whose waiting ends at one deadline."""

    def __init__(self, stream: httpcore2.NetworkStream, until: float) -> None:
        self._stream, self._until = stream, until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left(self._until))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        return _Hurried(self._stream.start_tls(ssl_context, server_hostname, _left(self._until)), self._until)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the base's
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _texts(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _beginning(chunks: Iterable[bytes]) -> bytes:
    read = b""
    for chunk in chunks:
        read += chunk
        if len(read) >= MOST:
            break
    return read[:MOST]
