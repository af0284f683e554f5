"""Throttling of sign-ins: so many tries for an account and from an address, counted in Redis for all processes.

Every try of an account counts as it begins, so that many at once are not more than many one by one; a right password
forgets them. An account that does not exist is counted as one that does. Of an address what failed counts, and every
new user; who is at home is not counted there. Without Redis, or while it is away, each process counts for itself.
"""

from __future__ import annotations

import hashlib
import logging
import time
from typing import Final

from limits import RateLimitItem, parse
from limits.errors import ConfigurationError, StorageError
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

from tapehawk.accounts.tries import Tries
from tapehawk.accounts.visitor import Visitor
from tapehawk.core.errors import BadInput, TooMany

PER_ACCOUNT: Final = parse("10 per 15 minutes")
PER_ADDRESS: Final = parse("100 per 15 minutes")
PREFIX: Final = "tapehawk:tries"
PATIENCE: Final = 2.0  # seconds that Redis may take
_log = logging.getLogger("tapehawk.accounts")


class Throttle:
    """Counts tries. `redis_url`: where all processes count together; empty: this one alone."""

    def __init__(self, redis_url: str = "") -> None:
        self._here = Tries()
        self._shared: MovingWindowRateLimiter | None = None
        if redis_url:
            self._shared = MovingWindowRateLimiter(_redis(redis_url))

    def account(self, email: str) -> None:
        """Count a try for an account. Raises TooMany."""
        self._count(PER_ACCOUNT, "account", _key(email))

    def address(self, where: Visitor, *, cost: int = 1) -> None:
        """Count a failure or a new user of an address; without a cost only look. Raises TooMany."""
        if not where.at_home:
            self._count(PER_ADDRESS, "address", where.network, cost=cost)

    def forget(self, email: str) -> None:
        """Forget the tries of an account: its owner was there."""
        self._here.forget(f"account {_key(email)}")
        if self._shared is not None:
            try:
                self._shared.clear(PER_ACCOUNT, "account", _key(email))
            except StorageError as error:
                _away(error)

    def _count(self, rule: RateLimitItem, *whose: str, cost: int = 1) -> None:
        wait = None if self._shared is None else _shared_wait(self._shared, rule, *whose, cost=cost)
        if wait is None:
            wait = self._here.wait(" ".join(whose), rule.amount, rule.get_expiry(), cost=cost)
        if wait:
            _log.warning("too many tries to sign in", extra={"of": whose[0]})
            raise TooMany(f"too many tries for this {whose[0]}", wait=max(1.0, wait), hint="wait, then try again")


def _redis(url: str) -> RedisStorage:
    within = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
    try:
        return RedisStorage(url, None, PREFIX, True, **within)  # noqa: FBT003  the last: its errors are StorageError
    except (ConfigurationError, ValueError) as error:  # the address holds a password: it is not repeated
        hint = "it reads like redis://host:6379/0; pip install 'tapehawk[redis]' brings the client"
        raise BadInput("REDIS_URL is no address of a Redis that can be used", hint=hint) from error


def _shared_wait(limiter: MovingWindowRateLimiter, rule: RateLimitItem, *whose: str, cost: int) -> float | None:
    """Count as `_wait` does; None while Redis is away."""
    try:
        return _wait(limiter, rule, *whose, cost=cost)
    except StorageError as error:
        _away(error)
        return None


def _wait(limiter: MovingWindowRateLimiter, rule: RateLimitItem, *whose: str, cost: int) -> float:
    """Count a try; return the seconds to wait if it is one too many, else 0."""
    if limiter.hit(rule, *whose) if cost else limiter.test(rule, *whose):
        return 0.0
    return max(1.0, limiter.get_window_stats(rule, *whose).reset_time - time.time())


def _key(email: str) -> str:
    """Return what stands for an account: its address is nobody's business in Redis, and may hold anything."""
    return hashlib.sha256(email.lower().encode("utf-8", "surrogatepass")).hexdigest()


def _away(error: StorageError) -> None:
    _log.warning("tries are counted here alone: Redis is away", extra={"reason": type(error.storage_error).__name__})
