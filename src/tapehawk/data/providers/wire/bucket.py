"""What a key may spend: so many credits in any window of so many seconds.

A vendor counts calls by the wall-clock minute or by a sliding one, and does not say which. Never more than the limit in
*any* window satisfies both; a bucket that refills drop by drop would let nearly twice the limit through in its first
minute. Credits are reserved in the order they are asked for, at the first instant the window allows; the caller sleeps
until then. One bucket belongs to one key and is shared by everything in the process that uses it (`bucket_of`),
whatever thread it runs in: a sync beside a live feed, or two syncs one after the other within a minute.
"""

from __future__ import annotations

import hashlib
from collections import deque
from threading import RLock
from typing import Final

from tapehawk.core.errors import OutOfBounds
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.secrets import Keys

Owner = tuple[str, str, int | None, float, Clock]


class Bucket:
    """Credits of one key: at most `limit` in any `per` seconds, None for no limit. `waited` sums the waiting."""

    def __init__(self, limit: int | None, *, per: float = 60.0, clock: Clock = SYSTEM) -> None:
        self.limit, self.per, self.waited = limit, per, 0.0
        self._clock = clock
        self._spent: deque[tuple[float, int]] = deque()  # (instant, credits), rising
        self._total = 0
        self._not_before = 0.0
        self._lock = RLock()

    async def take(self, credits: int = 1) -> None:
        """Wait until `credits` may be spent, and spend them."""
        now = self._clock.tick()
        wait = self.reserve(credits) - now
        if wait > 0:
            self.waited += wait
            await self._clock.sleep(wait)

    def reserve(self, credits: int = 1) -> float:
        """Spend credits at the first instant that allows it, after all reserved before; return that instant (tick)."""
        with self._lock:
            at = max(self._clock.tick(), self._not_before)
            if self.limit is None:
                return at
            if credits > self.limit:
                said = f"a call of {credits} credits on a plan of {self.limit}"
                raise OutOfBounds(said, hint="ask for fewer symbols")
            at = max(at, self._spent[-1][0] if self._spent else at)
            self._forget(at - self.per)
            while self._total + credits > self.limit:
                at = max(at, self._oldest() + self.per)
            self._spend(at, credits)
            return at

    def left(self) -> int | None:
        """Return the credits that may be spent now, None for no limit."""
        with self._lock:
            if self.limit is None:
                return None
            self._forget(self._clock.tick() - self.per)
            return max(0, self.limit - self._total)

    def told(self, left: int) -> None:
        """Take the vendor's word that only `left` credits remain: somebody else spends from the same key."""
        with self._lock:
            mine = self.left()
            if mine is not None and left < mine:
                last = self._spent[-1][0] if self._spent else 0.0
                self._spend(max(self._clock.tick(), last), mine - left)

    def pause(self, seconds: float) -> None:
        """Let nobody spend for some seconds: the vendor said "too many"."""
        with self._lock:
            self._not_before = max(self._not_before, self._clock.tick() + seconds)

    def _spend(self, at: float, credits: int) -> None:
        self._spent.append((at, credits))
        self._total += credits

    def _forget(self, until: float) -> None:
        while self._spent and self._spent[0][0] <= until:
            self._oldest()

    def _oldest(self) -> float:
        """Drop the oldest spending and return when it was."""
        at, credits = self._spent.popleft()
        self._total -= credits
        return at


_BUCKETS: Final[dict[Owner, Bucket]] = {}
_MAKING: Final = RLock()


def bucket_of(address: str, keys: Keys, limit: int | None, *, per: float = 60.0, clock: Clock = SYSTEM) -> Bucket:
    """Return the one bucket of a key at an address, made when it is first asked for and kept as long as the process.

    Two plans told of one key are two buckets: which of them is right, the vendor says (`told`).
    """
    digest = hashlib.sha256("\n".join((address, *keys.secrets())).encode()).hexdigest()
    owner = (address, digest, limit, per, clock)
    with _MAKING:
        return _BUCKETS.setdefault(owner, Bucket(limit, per=per, clock=clock))
