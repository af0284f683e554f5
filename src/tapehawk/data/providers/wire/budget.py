"""What scanning may ask of providers in a minute, where that is less than their plans allow.

A key belongs to the house: a sync and a live scan spend from the same plan (`bucket`). So the budget goes with who
asks, not with the key: calls made `within` a budget wait for it and then for the plan, which is the lesser of the two.
It is a context variable because adapters have no part in it: what runs within is every task begun there.

Calls are counted, not credits: a call for a hundred symbols is one. What makes a live feed whole again is no scan's and
counts against no budget (`within(None)`): scanning waits for it, and the plan alone says how fast it may be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.clock import SYSTEM, Clock


class CallBudget:
    """Calls to each provider in any minute, `calls()` of them: a number that may change with the time of day."""

    def __init__(self, calls: Callable[[], int], *, clock: Clock = SYSTEM) -> None:
        self._calls, self._clock = calls, clock
        self._buckets: dict[str, Bucket] = {}

    async def take(self, provider: str) -> None:
        """Wait until a call may be made, and count it."""
        bucket = self._buckets.setdefault(provider, Bucket(None, clock=self._clock))
        bucket.limit = self._calls()
        await bucket.take()


_BUDGET: Final[ContextVar[CallBudget | None]] = ContextVar("budget", default=None)


@contextmanager
def within(budget: CallBudget | None) -> Iterator[None]:
    """Let every call that is made inside, and by tasks begun inside, count against a budget; None: against none."""
    token = _BUDGET.set(budget)
    try:
        yield
    finally:
        _BUDGET.reset(token)


async def take_call(provider: str) -> None:
    """Wait for the budget of who asks, if there is one."""
    budget = _BUDGET.get()
    if budget is not None:
        await budget.take(provider)
