"""What a sync says of itself: while it runs, and when it is done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tapehawk.data.tables import Appended


@dataclass(frozen=True)
class Progress:
    """How far a sync is; `rows` fetched, `seconds` since it began."""

    done: int
    steps: int
    rows: int
    seconds: float

    @property
    def left(self) -> float | None:
        """Return the seconds that the other steps will take at this rate; None while there is none."""
        return self.seconds / self.done * (self.steps - self.done) if self.done else None


@dataclass(frozen=True)
class SyncReport:
    """What a sync did.

    `steps`: done by this one, `before`: by earlier ones. `rejected`: reason → rows that broke the bar contract, which
    `reject_file` holds. `findings`: kind → what the checks found in the bars that were stored. `silent`: named symbols
    without any bar. `halts`: sessions that a named symbol lacks and others have. `calls` and `waited` (seconds, for the
    plan's limit) are the provider's.
    """

    provider: str
    timeframe: str
    start: dt.date
    end: dt.date
    steps: int
    before: int
    bars: Appended
    actions: Appended
    symbols: Appended
    rejected: Mapping[str, int]
    reject_file: Path | None
    findings: Mapping[str, int]
    silent: tuple[str, ...]
    halts: int
    series: tuple[str, ...]
    calls: int
    waited: float
    seconds: float
    data_version: str | None
