"""What a provider's line has seen: counts for people and metrics, without any secret."""

from __future__ import annotations

from collections import Counter

from tapehawk.data.providers.door import Health
from tapehawk.data.providers.wire.breaker import Breaker
from tapehawk.data.providers.wire.bucket import Bucket
from tapehawk.data.providers.wire.clock import Clock


class Ledger:
    """Counts calls and troubles of one provider, streams included."""

    def __init__(self, provider: str, clock: Clock) -> None:
        self._provider, self._clock = provider, clock
        self._calls = 0
        self._errors: Counter[str] = Counter()
        self._last_error = ""
        self._last_error_at: int | None = None
        self._last_success_at: int | None = None

    def called(self) -> None:
        """Count an attempt."""
        self._calls += 1

    def succeeded(self) -> None:
        """Note that an answer was what was asked for."""
        self._last_success_at = self._clock.now()

    def failed(self, kind: str, said: str) -> None:
        """Count a trouble; `said` holds no secret."""
        self._errors[kind] += 1
        self._last_error, self._last_error_at = said, self._clock.now()

    def health(self, breaker: Breaker, bucket: Bucket) -> Health:
        """Return it all, with the state of the breaker and the plan's limit."""
        return Health(
            provider=self._provider,
            calls=self._calls,
            errors=dict(self._errors),
            last_error=self._last_error,
            last_error_at=self._last_error_at,
            last_success_at=self._last_success_at,
            breaker=breaker.state,
            credits_left=bucket.left(),
            waited=bucket.waited,
        )
