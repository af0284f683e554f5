"""How every provider is asked, whoever sends the question: the plan's limit, retries, a breaker, errors of our own.

    ask → breaker admits? → budget: a call → bucket: credits → once → value
             ▲                                                   │ trouble that may pass
             └── wait: as told, or full jitter ◄─────────────────┘ (only what may be asked twice without harm)

Stamina counts the attempts and reports them; the waiting is ours, because a vendor may say how long.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

import stamina
from stamina.instrumentation import LoggingOnRetryHook, set_on_retry_hooks

from tapehawk.core.errors import TryAgain
from tapehawk.data.providers.door import Health
from tapehawk.data.providers.wire.breaker import Breaker
from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.budget import take_call
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.data.providers.wire.ledger import Ledger
from tapehawk.data.providers.wire.trouble import AGAIN, DOWN, HINTS, Trouble, error_of

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How often a call is made and how long is waited in between, in seconds.

    A vendor that asks for a longer wait than `longest` is not waited for: the call ends as TryAgain and says how long.
    """

    attempts: int = 5
    first: float = 0.5
    longest: float = 90.0


PATIENT: Final = Patience()


class Asking:
    """Asks one provider on one key, patiently. `bucket`, `breaker` and `ledger` are shared by everything that asks."""

    def __init__(
        self,
        provider: str,
        *,
        bucket: Bucket | None = None,
        breaker: Breaker | None = None,
        patience: Patience = PATIENT,
        clock: Clock = SYSTEM,
    ) -> None:
        self.provider, self.clock = provider, clock
        self.bucket = bucket or Bucket(None, clock=clock)
        self.breaker = breaker or Breaker(clock=clock)
        self.ledger = Ledger(provider, clock)
        self._patience = patience
        _log_retries()

    async def ask(self, once: Callable[[], Awaitable[T]], *, credits: int = 1, about: str = "", symbol: str = "") -> T:
        """Return what `once` does, which raises Trouble and is called again while that may pass.

        `about`, or `symbol`, names what was asked for in errors. Raises the errors of the core.
        """
        waits = _Waits(self._patience, self.clock)
        try:
            async for attempt in stamina.retry_context(on=waits.judge, attempts=self._patience.attempts, timeout=None):
                with attempt:
                    await waits.over()
                    return await self._once(once, credits)
        except Trouble as trouble:
            final = trouble
        raise error_of(final, self.provider, about, symbol=symbol)

    async def _once(self, once: Callable[[], Awaitable[T]], credits: int) -> T:
        """Make one attempt. Every end is reported to breaker and ledger."""
        wait = self.breaker.admit()
        if wait:
            said = f"{self.provider} seems to be down; it is left alone for {wait:.0f} s"
            raise TryAgain(said, hint=HINTS["line"])
        try:
            await take_call(self.provider)
            await self.bucket.take(credits)
            self.ledger.called()
            value = await once()
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

    def _report(self, trouble: Trouble) -> None:
        self.ledger.failed(trouble.kind, trouble.said)
        if trouble.kind in DOWN:
            self.breaker.failed()
        else:
            self.breaker.succeeded()
        if trouble.kind == "limit" and trouble.wait:
            self.bucket.pause(trouble.wait)

    def health(self) -> Health:
        """Return the counts."""
        return self.ledger.health(self.breaker, self.bucket)


@cache
def _log_retries() -> None:
    """Let retries go to the log, if the program has one; stamina would print them into its answer."""
    set_on_retry_hooks([LoggingOnRetryHook])
    logging.getLogger("stamina").addHandler(logging.NullHandler())


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
