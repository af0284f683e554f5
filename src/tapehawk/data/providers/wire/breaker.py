"""A circuit breaker: a provider that is down is left alone for a while, then asked once.

    closed ── `after` failures in a row ──► open ── its time is over ──► half-open ── the probe succeeds ──► closed
                                             ▲                               │
                                             └── the probe fails, twice as long ─┘

Half-open lets exactly one call through; the others are refused as if it were open. Only what says "I am down" counts as
a failure: no connection, 5xx, unreadable answers. A refusal (key, plan, limit) comes from a healthy provider.

It is our own because no library fits: when half-open, purgatory, circuitbreaker and aiobreaker let every call through
that waits, pybreaker knows asyncio only by way of Tornado, and none takes a clock or rests longer after each failure.
"""

from __future__ import annotations

from tapehawk.data.providers.door import BreakerState
from tapehawk.data.providers.wire.clock import SYSTEM, Clock


class Breaker:
    """The state of one provider's line. Times in seconds."""

    def __init__(self, *, after: int = 5, rest: float = 15.0, longest: float = 300.0, clock: Clock = SYSTEM) -> None:
        self._after, self._first, self._longest = after, rest, longest
        self._clock = clock
        self._failures, self._rest, self._until, self._probing = 0, rest, 0.0, False

    @property
    def state(self) -> BreakerState:
        """Return "closed", "open" or "half-open"."""
        if self._failures < self._after:
            return "closed"
        return "open" if self._clock.tick() < self._until else "half-open"

    def admit(self) -> float:
        """Return 0 when a call may go out, else the seconds to wait; every admitted call must report how it ended."""
        if self.state == "closed":
            return 0.0
        if self.state == "half-open" and not self._probing:
            self._probing = True
            return 0.0
        return max(self._until - self._clock.tick(), 1.0)

    def succeeded(self) -> None:
        """Report an answer, be it a refusal: the provider is there."""
        self._failures, self._rest, self._probing = 0, self._first, False

    def failed(self) -> None:
        """Report that it seems down."""
        self._failures += 1
        if self._probing:
            self._rest = min(self._rest * 2, self._longest)
        if self._failures >= self._after:
            self._until = self._clock.tick() + self._rest
        self._probing = False

    def abandoned(self) -> None:
        """Report a call that was given up before its end: it says nothing."""
        self._probing = False
