"""The same scans again and again: each round says what is new since the last answer and what is gone.

A scan that fails for what may pass (nothing stored yet, a lock, a full disk) is told and made again in the next round,
and spoils no other; a question that is wrong is an error at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tapehawk.core.errors import BadInput, OutOfBounds, TapehawkError
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.scan.hit_table import Key, Row, key_of
from tapehawk.scan.report import Report
from tapehawk.scan.session_rows import Changes, between


@dataclass(frozen=True)
class Look:
    """One scan of a round: its report, or why there is none. `took_ms` counts from asking to the rows."""

    scanner: str
    took_ms: float
    report: Report | None = None
    error: TapehawkError | None = None
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True)
class Round:
    """One round, the first is number 1; `at`: when it began, µs UTC. `rows` are those of each scanner's last answer."""

    number: int
    at: int
    looks: tuple[Look, ...]
    rows: tuple[Row, ...]


class Rounds:
    """Makes scans, `at_once` of them at the same time."""

    def __init__(self, scans: Mapping[str, Callable[[], Report]], *, at_once: int, clock: Clock = SYSTEM) -> None:
        self._scans, self._clock = scans, clock
        self._at_once = at_once
        self._rows: dict[str, dict[Key, Row]] = {name: {} for name in scans}
        self._number = 0

    async def next(self) -> Round:
        """Make every scan once. Raises BadInput."""
        self._number, at = self._number + 1, self._clock.now()
        room = asyncio.Semaphore(self._at_once)  # of this round: each may have an event loop of its own
        first, *others = self._scans
        looks = [await self._look(first, room)]  # alone: it builds the panel that the others share
        looks += await asyncio.gather(*(self._look(name, room) for name in others))
        rows = tuple(row for mine in self._rows.values() for row in mine.values())
        return Round(self._number, at, tuple(looks), rows)

    async def _look(self, name: str, room: asyncio.Semaphore) -> Look:
        async with room:
            began = self._clock.tick()
            try:
                report = await asyncio.to_thread(self._scans[name])
            except BadInput:
                raise
            except TapehawkError as error:
                return Look(name, self._since(began), error=error)
            before, self._rows[name] = self._rows[name], _by_key(report)
            changes = Changes(*between(before, self._rows[name]))
            return Look(name, self._since(began), report, changes=changes)

    def _since(self, began: float) -> float:
        return (self._clock.tick() - began) * 1000


@dataclass(frozen=True)
class Pace:
    """Seconds from one round to the next, and for how many seconds rounds are made (None: until interrupted)."""

    interval: float
    duration: float | None = None

    def __post_init__(self) -> None:
        for name, seconds in vars(self).items():
            if seconds is not None and seconds <= 0:
                raise OutOfBounds(f"{name} {seconds:g}", hint="more than 0 seconds")


async def repeated(rounds: Rounds, on_round: Callable[[Round], None], pace: Pace, *, clock: Clock = SYSTEM) -> None:
    """Make rounds at a pace.

    A round that takes longer than the interval is followed by the next one that is due, none is made up for.
    """
    began, interval, duration = clock.tick(), pace.interval, pace.duration
    while True:
        on_round(await rounds.next())
        passed = clock.tick() - began
        due = (passed // interval + 1) * interval
        if duration is not None and due >= duration:
            await clock.sleep(max(0.0, duration - passed))
            return
        await clock.sleep(due - passed)


def _by_key(report: Report) -> dict[Key, Row]:
    return {key_of(row): row for row in report.rows()}
