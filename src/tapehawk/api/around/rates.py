"""How often one may ask: by user, by address, and by what is expensive; told in the headers of every answer.

Windows slide. Several processes count together in Redis; while it is away each counts for itself, which lets more
through than it should and nobody be turned away for it. A token that is good by its signature counts for its user, all
else for the address it comes from, whole networks of IPv6 as one.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil
from typing import Any, Final

from limits import RateLimitItemPerMinute, WindowStats
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tapehawk.api.problems import problem
from tapehawk.app.house import House
from tapehawk.core.errors import TapehawkError

FREE: Final = re.compile(r"/api/health/(live|ready)|/metrics")
"""What supervisors ask every few seconds."""
EXPENSIVE: Final = {
    "scan": re.compile(
        r"POST /api/(v1/scanner/(scan|formula/check)|scanner/quick-scan|scan/execute)|GET /api/v1/scanner/explain"
    ),
    "export": re.compile(r"GET /api/v1/scanner/export/.*"),
    "bars": re.compile(r"POST /api/v1/market-data/bars|GET /api/v1/market-data/indicators/.*"),
    "train": re.compile(r"POST /api/v1/ml/train"),
    "sign-in": re.compile(r"POST /api/v1/auth/(login|register|refresh|password)"),
    "notify": re.compile(r"POST /api/v1/notifications/test"),
}
KNOWN: Final = 4_096  # tokens whose signatures were looked at
AWAY: Final = 5.0  # seconds for which a Redis that failed is not asked
_log = logging.getLogger("tapehawk.api.rates")


@dataclass(frozen=True)
class Limit:
    """One limit that a request counts against."""

    kind: str
    whose: str
    item: RateLimitItemPerMinute


class Rates:
    """Counts requests, and refuses those that are too many."""

    def __init__(self, app: ASGIApp, house: House) -> None:
        self._app, self._house = app, house
        self._api, self._redis_url = house.known.api, house.known.redis_url
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared: SlidingWindowCounterRateLimiter | None = None
        self._away_until = 0.0
        self._user_of = lru_cache(KNOWN)(self._read)  # a token that has ended meanwhile is still of that user

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; let go of Redis when the application ends."""
        if scope["type"] == "lifespan":
            try:
                await self._app(scope, receive, send)
            finally:
                await self._let_go()
            return
        if scope["type"] not in {"http", "websocket"} or FREE.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        refused, told_of = await self._counted(list(self._limits(scope)))
        if refused is not None:
            await self._refuse(refused, told_of, scope, receive, send)
        elif told_of is None or scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _told(told_of, send))

    async def _let_go(self) -> None:
        if self._shared is not None:
            storage: Any = self._shared.storage
            await storage.bridge.storage.aclose()

    def _limits(self, scope: Scope) -> Iterator[Limit]:
        """Yield what a request counts against."""
        api, address = self._api, network(scope)
        user = self._user(scope)
        whose = user or address
        if api.rate_per_address:
            yield Limit("address", address, RateLimitItemPerMinute(api.rate_per_address))
        if user and api.rate_per_user:
            yield Limit("user", user, RateLimitItemPerMinute(api.rate_per_user))
        if api.rate_expensive:
            asked = f"{scope.get('method', 'WS')} {scope['path']}"
            for kind, pattern in EXPENSIVE.items():
                if pattern.fullmatch(asked):
                    yield Limit(kind, whose, RateLimitItemPerMinute(api.rate_expensive))

    def _user(self, scope: Scope) -> str:
        scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return ""
        try:
            user = self._user_of(token.strip())
        except TapehawkError:
            return ""
        scope["state"]["user_id"] = user
        return user

    def _read(self, token: str) -> str:
        return str(self._house.tokens.read(token).user_id)

    async def _counted(self, limits: list[Limit]) -> tuple[Limit | None, tuple[Limit, WindowStats] | None]:
        """Count a request; return the limit that it is beyond, and the one to tell of with how much is left."""
        if not limits:
            return None, None
        if self._redis_url and time.monotonic() >= self._away_until:
            self._shared = self._shared or SlidingWindowCounterRateLimiter(shared(self._redis_url))
            try:
                return await _hit(self._shared, limits)
            except StorageError:
                self._away_until = time.monotonic() + AWAY
                _log.warning("Redis is away: this process counts requests for itself")
        return await _hit(self._own, limits)

    async def _refuse(
        self, refused: Limit, told_of: tuple[Limit, WindowStats] | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._house.telemetry.refused(refused.kind)
        wait = _wait(told_of[1]) if told_of else 1
        said = f"more than {refused.item.amount} requests a minute ({refused.kind})"
        answer = problem(HTTPConnection(scope), 429, said, hint=f"ask again in {wait} s")
        answer.headers["Retry-After"] = str(wait)
        await answer(scope, receive, _told(told_of, send) if told_of else send)


def network(scope: Scope) -> str:
    """Return the address that a request comes from; of IPv6 its network, of which one subscriber has a whole one."""
    host = (scope.get("client") or ("unknown",))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def shared(url: str) -> Storage:
    """Return the counts that processes share."""
    from tapehawk.bus.redis import at_once

    name = url.replace("unix://", "redis+unix://", 1)
    found = storage_from_string(
        f"async+{name}",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="tapehawk:rates",
        **at_once(),
    )
    assert isinstance(found, Storage)  # noqa: S101  what async+ promises
    return found


async def _hit(
    limiter: SlidingWindowCounterRateLimiter, limits: list[Limit]
) -> tuple[Limit | None, tuple[Limit, WindowStats] | None]:
    """Count against each; what is left is asked of the one that refuses, else of the last, which is the narrowest."""
    for one in limits:
        if not await limiter.hit(one.item, one.kind, one.whose):
            return one, (one, await limiter.get_window_stats(one.item, one.kind, one.whose))
    last = limits[-1]
    return None, (last, await limiter.get_window_stats(last.item, last.kind, last.whose))


def _wait(stats: WindowStats) -> int:
    return max(1, ceil(stats.reset_time - time.time()))


def _told(limit: tuple[Limit, WindowStats], send: Send) -> Send:
    """Return what adds how much is left to an answer."""
    one, stats = limit

    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["RateLimit-Limit"] = str(one.item.amount)
            headers["RateLimit-Remaining"] = str(int(stats.remaining))
            headers["RateLimit-Reset"] = str(_wait(stats))
            headers["RateLimit-Policy"] = f"{one.item.amount};w={one.item.get_expiry()}"
        await send(message)

    return told
