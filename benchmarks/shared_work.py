"""Every shipped scanner together against the slowest alone: shared sub-expressions are computed once."""

from __future__ import annotations

from benchmarks.lc import search
from benchmarks.market import SINCE, panel, real_store
from benchmarks.measure import Result, timed
from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core.scanner import Scanner

NOT_A_DEFINITION = ("formula", "ml")  # a user's formula; a model that has to be trained first


def daily_scanners() -> list[Scanner]:
    """Return every shipped scanner that has a definition on daily bars."""
    kinds = [scanner_type(name) for name in scanner_names() if name not in NOT_A_DEFINITION]
    return [kind() for kind in kinds if "1d" in kind.timeframes]


def results() -> list[Result]:
    """Run the claim."""
    bars, scanners = panel(real_store()), daily_scanners()
    alone = {s.type(): timed(lambda s=s: search(bars, [s], SINCE), runs=3) for s in scanners}
    together = timed(lambda: search(bars, scanners, SINCE), runs=3)
    slowest = max(alone, key=lambda name: alone[name].median)
    ratio, total = together.median / alone[slowest].median, sum(t.median for t in alone.values())
    return [
        Result(
            f"{len(scanners)} scanners together, 6.06 M bars",
            str(together),
            f"the slowest alone, `{slowest}` {alone[slowest]}",
            f"{ratio:.1f}×",
            "≤ 6×",
            ratio <= 6,
        ),
        Result(
            f"{len(scanners)} scanners together",
            str(together),
            f"one after another {total:.2f} s",
            f"{total / together.median:.1f}× less",
            "–",
        ),
    ]
