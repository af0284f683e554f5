"""Joining the parts for rounds of scans: the same question asked of the store again and again, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tapehawk.app.asking import Asked, desk, questions
from tapehawk.app.settings import Settings
from tapehawk.app.switching import need_streaming
from tapehawk.core.phases import phase_at
from tapehawk.data.providers.wire.clock import SYSTEM, Clock
from tapehawk.scan.metrics import PhaseMetrics, Tally
from tapehawk.scan.rounds import Pace, Round, Rounds, repeated


@dataclass(frozen=True)
class RoundNews:
    """A round and what all of them came to: counts by scanner and by phase, in so many `minutes`.

    `every`: seconds from one round to the next.
    """

    round: Round
    by_scanner: Mapping[str, Mapping[str, Any]]
    by_phase: Mapping[str, Mapping[str, Any]]
    minutes: float
    every: float


class _Counting:
    """Counts rounds; scans belong to the phase they are made in, signals to that of their bar."""

    def __init__(self, market: str, scanners: tuple[str, ...], every: float, clock: Clock) -> None:
        self._market, self._every, self._clock = market, every, clock
        self._scanners, self._phases = {name: Tally() for name in scanners}, PhaseMetrics()
        self._began = clock.tick()

    def news(self, one: Round) -> RoundNews:
        """Count a round."""
        phase = self._phases.phases[phase_at(self._market, one.at).name]
        for look in one.looks:
            scanner = self._scanners[look.scanner]
            for tally in (scanner, phase):
                tally.failed() if look.error else tally.scanned(look.took_ms)
            scanner.signals += len(look.changes.added)
            scanner.withdrawn += len(look.changes.withdrawn)
            self._phases.brought(look.changes.added)
            self._phases.took_back(look.changes.withdrawn)
        by_scanner = {name: tally.plain() for name, tally in self._scanners.items()}
        minutes = (self._clock.tick() - self._began) / 60
        return RoundNews(one, by_scanner, self._phases.plain(), minutes, self._every)


def pace_of(known: Settings, interval: float | None, duration: float | None = None) -> Pace:
    """Return the pace that was asked for, else that of the settings. Raises OutOfBounds."""
    return Pace(known.streaming.interval_seconds if interval is None else interval, duration)


class Turns:
    """Rounds of a question, made one at a time by whoever keeps the pace: `every` so many seconds.

    Raises as `scan_in_rounds` does.
    """

    def __init__(self, known: Settings, asked: Asked, every: float, *, clock: Clock = SYSTEM) -> None:
        need_streaming(known)
        at = desk(known, asked.market)
        scans = {one.scanner_type: partial(at.run, one) for one in questions(known, asked)}
        self.rounds = Rounds(scans, at_once=known.streaming.max_concurrent_scans, clock=clock)
        self._counting = _Counting(asked.market, tuple(scans), every, clock)

    def next(self) -> RoundNews:
        """Make a round. Raises BadInput for a question that can't be answered whatever comes."""
        return self.counted(asyncio.run(self.rounds.next()))

    def counted(self, one: Round) -> RoundNews:
        """Return a round with what all of them came to."""
        return self._counting.news(one)


def scan_in_rounds(
    known: Settings,
    asked: Asked,
    on_news: Callable[[RoundNews], None],
    pace: Pace,
    *,
    clock: Clock = SYSTEM,
) -> None:
    """Scan in rounds and tell the news of each.

    Raises BadInput for a question that can't be asked, and where the settings switch streaming off.
    """
    turns = Turns(known, asked, pace.interval, clock=clock)
    asyncio.run(repeated(turns.rounds, lambda one: on_news(turns.counted(one)), pace, clock=clock))
