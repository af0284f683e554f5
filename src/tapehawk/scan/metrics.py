"""What scanning comes to: scans, signals, errors, how long scans take, how signals have turned out.

Counts are of the whole run. Times are those of the last scans, so that a run of weeks needs no more memory than one of
an hour.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tapehawk.core.sessions import PHASES

KEPT: Final = 512  # times of scans: of the last hours where one is made a minute


class Tally:
    """Counts of one phase, or of one scanner."""

    def __init__(self) -> None:
        self.scans = self.signals = self.withdrawn = self.errors = 0
        self._took: deque[float] = deque(maxlen=KEPT)
        self._hit_rate: float | None = None
        self._outcomes = 0

    def scanned(self, took_ms: float) -> None:
        """Count a scan that answered after so many milliseconds."""
        self.scans += 1
        self._took.append(took_ms)

    def failed(self) -> None:
        """Count a scan that had no answer."""
        self.scans += 1
        self.errors += 1

    def turned_out(self, hit_rate: float, outcomes: int) -> None:
        """Note how often signals reached their target before their stop, of so many whose outcome is known."""
        self._hit_rate, self._outcomes = hit_rate, outcomes

    def plain(self) -> dict[str, Any]:
        """Return the counts as plain values; None for what is not known."""
        took = sorted(self._took)
        return {
            "scans": self.scans,
            "signals": self.signals,
            "withdrawn": self.withdrawn,
            "errors": self.errors,
            "latency_p50_ms": percentile(took, 0.50),
            "latency_p95_ms": percentile(took, 0.95),
            "hit_rate": self._hit_rate,
            "outcomes": self._outcomes,
        }


class PhaseMetrics:
    """A tally of every phase: signals belong to the phase of their bar, scans to that of their last bar."""

    def __init__(self) -> None:
        self.phases: Mapping[str, Tally] = {phase: Tally() for phase in PHASES}

    def brought(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count the rows of new signals."""
        for row in rows:
            self.phases[row["phase"]].signals += 1

    def took_back(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Count rows that hold no longer."""
        for row in rows:
            self.phases[row["phase"]].withdrawn += 1

    def plain(self) -> dict[str, dict[str, Any]]:
        """Return the tallies of the phases that something was scanned in, as plain values."""
        return {name: one.plain() for name, one in self.phases.items() if one.scans or one.signals}


def percentile(rising: Sequence[float], share: float) -> float | None:
    """Return the least of some rising numbers that this share of them does not exceed; None of none."""
    return rising[max(0, math.ceil(share * len(rising)) - 1)] if rising else None
