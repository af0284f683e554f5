"""What a live scanner does in each phase of the trading day: how often it looks, with what, and what that may cost.

    now ──phase──► rule: minutes between scans · scanners that are on · provider calls a minute · multiplier of the risk

Looks are due when a phase begins, every so many minutes from then on, and when it ends, so that nothing of a phase
waits for a look in the next one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tapehawk.core.errors import OutOfBounds
from tapehawk.core.events import PhaseChanged
from tapehawk.core.panel import Flags, Ints
from tapehawk.core.phases import Phase, phase_at
from tapehawk.core.session_table import MINUTE
from tapehawk.core.sessions import PHASES, calendar_named

Enabled = Mapping[str, frozenset[str]]
"""The scanners that are on, by phase."""


@dataclass(frozen=True)
class PhaseRule:
    """What happens in a phase.

    `interval`: minutes between two looks. `calls`: what scanning may ask of a provider in a minute. `scanners`: names
    of those that are on. `risk`: what a trade's risk is multiplied by.
    """

    interval: float
    calls: int
    scanners: tuple[str, ...]
    risk: float

    def __post_init__(self) -> None:
        if self.interval <= 0:
            raise OutOfBounds(f"{self.interval} minutes between two looks", hint="above 0")
        if not 0 <= self.risk <= 1:
            raise OutOfBounds(f"a risk multiplier of {self.risk}", hint="from 0 to 1")

    @property
    def between(self) -> int:
        """Microseconds between two looks."""
        return max(1, round(self.interval * MINUTE))


@dataclass(frozen=True)
class DayPlan:
    """A market's trading day: the rule of each of its phases. Instants are µs UTC."""

    market: str
    rules: Mapping[str, PhaseRule]

    def phase_at(self, time: int) -> Phase:
        """Return the phase at an instant."""
        return phase_at(self.market, time)

    def due(self, watermark: int) -> int:
        """Return the last instant up to the watermark at which a look was due: bars are scanned up to there."""
        phase = self.phase_at(watermark - 1)
        if phase.until == watermark:
            return watermark
        between = self.rules[phase.name].between
        return watermark - (watermark - phase.since) % between

    def next_due(self, now: int) -> int:
        """Return the first instant after now at which a look is due."""
        phase = self.phase_at(now)
        between = self.rules[phase.name].between
        after = now + between - (now - phase.since) % between
        return after if phase.until is None else min(after, phase.until)

    def calls_at(self, now: int) -> int:
        """Return how many calls scanning may make in a minute."""
        return self.rules[self.phase_at(now).name].calls


class PhaseClock:
    """Notices that the phase of a market has changed."""

    def __init__(self, market: str) -> None:
        self.market = market
        self.phase: Phase | None = None

    def turn(self, now: int) -> PhaseChanged | None:
        """Look at the time; say so when it is another phase than at the last look (the first look changes nothing)."""
        if self.phase and (self.phase.until is None or now < self.phase.until):
            return None
        before, self.phase = self.phase, phase_at(self.market, now)
        if before is None or self.phase.until is None:
            return None
        return PhaseChanged(self.market, before.name, self.phase.name, self.phase.since, self.phase.until)


def admitting(market: str, enabled: Enabled) -> Callable[[str, Ints], Flags]:
    """Return what says of a scanner's hits, by the start of their bars, whether it was on in the phase of each."""
    calendar = calendar_named(market)

    def admit(scanner: str, starts: Ints) -> Flags:
        on = np.array([scanner in enabled.get(name, ()) for name in PHASES])
        return on[calendar.phases(starts)]

    return admit
