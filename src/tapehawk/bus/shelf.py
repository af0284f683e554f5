"""What the processes of a service put down for each other: bytes under a name, kept for a while.

    Shelf        of a process that is alone: nobody else asks, so nothing is put down
    RedisShelf   at a Redis, where a bus of several processes is too

It is a convenience, not a store: what is gone is asked for anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from tapehawk.core.errors import TryAgain

if TYPE_CHECKING:
    from redis import Redis

PREFIX: Final = "tapehawk:shelf:"
PATIENCE: Final = 2.0  # seconds


class Shelf:
    """Keeps nothing. `is_shared`: whether others find what is put down."""

    is_shared: ClassVar[bool] = False

    def put(self, name: str, content: bytes, *, seconds: int) -> None:
        """Put something down for so many seconds. Raises TryAgain where that can't be."""

    def get(self, name: str) -> bytes | None:
        """Return what somebody put down, None where nothing is. Raises TryAgain where nobody can tell."""

    def close(self) -> None:
        """Let go of what it holds."""


class RedisShelf(Shelf):
    """Keeps it at a Redis address; from any thread."""

    is_shared = True

    def __init__(self, client: Redis) -> None:
        self._client = client

    def put(self, name: str, content: bytes, *, seconds: int) -> None:
        """Put something down; see `Shelf`."""
        from redis import RedisError

        try:
            self._client.set(PREFIX + name, content, ex=seconds)
        except RedisError as error:
            raise TryAgain(f"Redis: {type(error).__name__}") from error

    def get(self, name: str) -> bytes | None:
        """Return what somebody put down; see `Shelf`."""
        from redis import RedisError

        try:
            found = self._client.get(PREFIX + name)
        except RedisError as error:
            raise TryAgain(f"Redis: {type(error).__name__}") from error
        return found if isinstance(found, bytes) else None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def shelf_at(url: str | None) -> Shelf:
    """Return the shelf at a Redis address that a bus has been found at, or that of a process that is alone (None)."""
    if url is None:
        return Shelf()
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    once = Retry(NoBackoff(), 0)  # whoever asks has somebody who waits
    return RedisShelf(Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=once))
