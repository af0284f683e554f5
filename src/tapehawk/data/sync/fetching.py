"""Steps fetched side by side and put into batches, which are stored while the next one fills.

Two batches and the answers on their way are all that memory holds. A step that fails is left for the next sync; when
several fail in a row, or the provider refuses, no more are begun.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tapehawk.core.bars import SESSION_TIMEFRAMES
from tapehawk.core.errors import BadInput, NoData, ProviderRefused, TapehawkError, TryAgain, UnknownName
from tapehawk.data.providers.door import Fetched, Provider, Step
from tapehawk.data.providers.wire.clock import Clock
from tapehawk.data.sync.report import Progress
from tapehawk.data.sync.storing import Answer, Keeper

AT_ONCE: Final = 8
IN_FLIGHT: Final = 64_000_000
"""Bytes of answers that may be on their way together."""
STEPS_A_COMMIT: Final = 64
SECONDS_A_COMMIT: Final = 30.0
"""Longer waits no answer to be stored: a slow plan loses little when it is killed."""
IN_A_ROW: Final = 3
"""Steps that fail one after another before no more are begun."""
GRAVEST_FIRST: Final = (ProviderRefused, UnknownName, BadInput, TryAgain, NoData)


def at_once(steps: int, bytes_each: int) -> int:
    """Return how many steps are fetched side by side: 8, or as many as memory bears."""
    return max(1, min(AT_ONCE, steps, IN_FLIGHT // max(1, bytes_each)))


class Fetching:
    """The steps of one sync as they are fetched: `done` of them, `rows` in all, `failures` of the others."""

    def __init__(
        self,
        provider: Provider,
        keeper: Keeper,
        *,
        clock: Clock,
        on_progress: Callable[[Progress], None],
    ) -> None:
        self._provider, self._keeper = provider, keeper
        self._clock, self._tell = clock, on_progress
        self._rows_a_commit = 500_000 if keeper.timeframe in SESSION_TIMEFRAMES else 1_000_000
        self.failures: list[TapehawkError] = []
        self.done = self.rows = 0
        self._in_a_row, self._begun = 0, clock.tick()
        self._batch: list[Answer] = []
        self._since = 0.0
        self._storing: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()

    async def run(self, steps: Sequence[Step], side_by_side: int) -> None:
        """Fetch and store steps; what was fetched is stored even when this is cancelled."""
        left, tasks = iter(steps), list[asyncio.Task[None]]()
        try:
            tasks += [asyncio.create_task(self._fetcher(left, len(steps))) for _ in range(side_by_side)]
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._store()
            await self._stored()

    def failure(self) -> TapehawkError | None:
        """Return the gravest of what went wrong."""
        ranks = {kind: rank for rank, kind in enumerate(GRAVEST_FIRST)}
        return min(self.failures, key=lambda one: _rank(one, ranks), default=None)

    async def _fetcher(self, left: Iterator[Step], steps: int) -> None:
        for step in left:
            if self._hopeless():
                return
            fetched = await self._fetched(step)
            if fetched is not None:
                await self._take(step, fetched)
            self.done += fetched is not None
            self._tell(Progress(self.done, steps, self.rows, self._clock.tick() - self._begun))

    async def _fetched(self, step: Step) -> Fetched | None:
        """Fetch a step; a failure is kept, and None returned."""
        try:
            fetched = await self._provider.fetch(step)
            if not fetched.complete:
                raise _cut_short(self._provider.name, step, fetched)
        except TapehawkError as error:
            self.failures.append(error)
            self._in_a_row += not isinstance(error, UnknownName)  # of one symbol: the others are still wanted
            return None
        self._in_a_row = 0
        return fetched

    def _hopeless(self) -> bool:
        return self._in_a_row >= IN_A_ROW or any(isinstance(one, ProviderRefused) for one in self.failures)

    async def _take(self, step: Step, fetched: Fetched) -> None:
        """Put an answer into the batch; store the batch when it is full."""
        async with self._lock:
            self._since = self._since if self._batch else self._clock.tick()
            self._batch.append((step, fetched))
            self.rows += fetched.bars.height
            if self._is_full():
                await self._store()

    def _is_full(self) -> bool:
        rows = sum(fetched.bars.height for _, fetched in self._batch)
        waited = self._clock.tick() - self._since
        return len(self._batch) >= STEPS_A_COMMIT or rows >= self._rows_a_commit or waited >= SECONDS_A_COMMIT

    async def _store(self) -> None:
        """Begin to store the batch, once the one before is stored."""
        await self._stored()
        batch, self._batch = self._batch, []
        if batch:
            self._storing = asyncio.create_task(asyncio.to_thread(self._keeper.keep, batch))

    async def _stored(self) -> None:
        storing, self._storing = self._storing, None
        if storing is not None:
            await storing


def _rank(error: TapehawkError, ranks: dict[type[TapehawkError], int]) -> int:
    return min((ranks[kind] for kind in type(error).__mro__ if kind in ranks), default=len(ranks))


def _cut_short(provider: str, step: Step, fetched: Fetched) -> TryAgain:
    said = f"{provider}: {step.what}: {fetched.bars.height:,} bars came of {fetched.announced or 0:,} announced"
    return TryAgain(said, hint="the answer was cut short; try again later")
