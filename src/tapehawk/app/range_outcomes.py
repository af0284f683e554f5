"""What the hits of a range scan came to: each with a side is followed from the bar after it to its target or stop.

    report of the range + the bars that are stored ──► track ──► hit rate, n, intervals, by pattern and all together

The same rule as for signals that were given live (`core/outcomes.py`), on bars that reach beyond the range where there
are any. Hits without a side have nothing to reach and are in no rate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tapehawk.app.analytics import HYPOTHETICAL, percent, percents
from tapehawk.core.outcomes import reached
from tapehawk.scan.asked import Asked
from tapehawk.scan.hit_rates import HitRate, hit_rates
from tapehawk.scan.report import Report
from tapehawk.scan.track_record import track_of


def outcomes_of(report: Report, bars: Asked) -> dict[str, Any]:
    """Return the hit rates of a range's report; `bars`: those that it was made of, to where they reach."""
    track = track_of(report, bars.panel, through=reached(bars.among))
    (total,) = hit_rates(track, ())
    items = [_said(one) for one in hit_rates(track, ("pattern",))]
    return {"items": items, "total": _said(total), "notes": list(_notes(report, total.signals))}


def _notes(report: Report, signals: int) -> Iterator[str]:
    """Yield what a reader must be told."""
    if signals:
        yield HYPOTHETICAL
    if sideless := sum(side == "NONE" for side in report.columns["direction"]):
        yield f"{sideless:,} of {len(report):,} hits have no side, so no target that they could reach"


def _said(one: HitRate) -> dict[str, Any]:
    left_out = ("group", "rate", "scores")
    plain = {name: value for name, value in asdict(one).items() if name not in left_out}
    ends = {"interval": percents(one.interval), "clustered": percents(one.clustered)}
    return {"pattern": one.group.get("pattern"), **plain, "hit_rate": percent(one.rate), **ends}
