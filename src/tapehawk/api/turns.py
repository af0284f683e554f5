"""Turns at what is heavy: so many scans at a time, in threads of their own, while quick routes keep theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeAlias, TypeVar

import anyio
from anyio import CapacityLimiter, Semaphore
from anyio.to_thread import run_sync
from fastapi import Depends
from starlette.requests import HTTPConnection

from tapehawk.api.dependencies import HouseDep
from tapehawk.core.errors import TryAgain

T = TypeVar("T")


class Turns:
    """`most` at a time; who has not had a turn within `wait` seconds is told to come again."""

    def __init__(self, most: int, wait: float) -> None:
        self._most, self._wait = most, wait
        self._turns, self._threads = Semaphore(most), CapacityLimiter(most)

    async def run(self, work: Callable[[], T]) -> T:
        """Run something heavy. Raises TryAgain where no turn comes in time."""
        try:
            with anyio.fail_after(self._wait):
                await self._turns.acquire()
        except TimeoutError as error:
            message = f"{self._most} scans are running, and none has ended for {self._wait:g} seconds"
            raise TryAgain(message, hint="ask for less at a time, or again later") from error
        try:
            return await run_sync(work, limiter=self._threads)
        finally:
            self._turns.release()


async def the_turns(connection: HTTPConnection, house: HouseDep) -> Turns:
    """Return the turns of this process, made on its event loop at the first heavy request."""
    state = connection.app.state
    if not hasattr(state, "turns"):
        state.turns = Turns(house.known.streaming.max_concurrent_scans, house.known.api.timeout)
    turns: Turns = state.turns
    return turns


TurnsDep: TypeAlias = Annotated[Turns, Depends(the_turns)]
