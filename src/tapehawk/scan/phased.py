"""A live scan that minds the phases of the trading day: it looks when a look is due, with the scanners that are on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from tapehawk.core.scanner import Scanner
from tapehawk.core.signals import Risk
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.metrics import PhaseMetrics
from tapehawk.scan.phases import DayPlan, Enabled, admitting
from tapehawk.scan.session_rows import Changes, SessionRows
from tapehawk.scan.standing import Standing


@dataclass(frozen=True)
class Minding:
    """What a scan minds: the day's plan, who is on in which phase (None: everybody, always), and who counts.

    `on_scan`: hears how many seconds a look took, and over how many bars it went.
    """

    plan: DayPlan
    enabled: Enabled | None = None
    metrics: PhaseMetrics = field(default_factory=PhaseMetrics)
    tick: Callable[[], float] = perf_counter
    on_scan: Callable[[float, int], None] = lambda _seconds, _bars: None


class PhasedScan(LiveScan):
    """A live scan of one session by the rules of its phases.

    Kernels go over every bar whoever is on; a hit of a scanner that is off in its bar's phase is no hit, and takes no
    place below a cap. `seen`: the watermark of the last step, later than `through` while no look is due.
    """

    def __init__(  # noqa: PLR0913 - those of a live scan, and what is minded
        self,
        scanners: Iterable[Scanner],
        past: Past,
        minding: Minding,
        *,
        journals: Path | None = None,
        risk: Risk | None = None,
        threads: int = 2,
    ) -> None:
        scanners = tuple(scanners)
        super().__init__(scanners, past, journals=journals, risk=risk, threads=threads)
        self._minding, self.seen = minding, self.through
        if minding.enabled is not None:
            admit = admitting(past.series.market, minding.enabled)
            self._hits = SessionRows(self._like, risk or Risk(), scanners, self._root / "hits", admit=admit)
            self._standing = Standing(self._like, risk or Risk(), scanners, admit=admit)
            if self._intrabar is not None:
                self._intrabar.admit = admit

    def step(self, watermark: int) -> Changes:
        """Scan what had closed when a look was last due, and what was revised before."""
        minding = self._minding
        before, done, began = self.through, self.done, minding.tick()
        changes, self.seen = super().step(minding.plan.due(watermark)), watermark
        took = minding.tick() - began
        if self.through > before or changes.added or changes.withdrawn:
            minding.metrics.phases[minding.plan.phase_at(self.through - 1).name].scanned(took * 1000)
            minding.on_scan(took, (self.done - done) * self.symbols)
        return changes

    def catch_up(self, instant: int) -> None:
        """Scan what had closed when a look was last due, and make no rows of it."""
        super().catch_up(self._minding.plan.due(instant))
        self.seen = instant


def seen(scan: LiveScan) -> int:
    """Return up to when bars are whole for a scan (µs UTC): what it has scanned, and what waits for its next look."""
    return scan.seen if isinstance(scan, PhasedScan) else scan.through
