"""Counts of scanning as a small table: by phase, or by scanner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.table import Table

from tapehawk.cli import numbers
from tapehawk.cli.table import Column, fitted

Tally = Mapping[str, Any]

HEAD: Final = 2  # lines above the first tally
_COUNTS: Final = (
    Column("scans", "scans", numbers.whole, 1),
    Column("signals", "signals", numbers.whole, 1),
    Column("gone", "withdrawn", numbers.whole, 4),
    Column("errors", "errors", numbers.whole, 1, style=lambda count: "bold red" if count else ""),
    Column("p50 ms", "latency_p50_ms", numbers.ratio, 2),
    Column("p95 ms", "latency_p95_ms", numbers.ratio, 2),
    Column("hit rate", "hits", numbers.plain, 3),
)


def counts(title: str, tallies: Mapping[str, Tally], width: int, *, minutes: float | None = None) -> Table:
    """Return a line each, of what a width holds; `minutes`: the time they were counted in, for a rate."""
    name = Column(title, "name", numbers.plain, 1, right=False, cut=12)
    rate = () if minutes is None else (Column("scans a minute", "rate", numbers.ratio, 3),)
    rows = [_row(called, one, minutes) for called, one in tallies.items()]
    return fitted((name, *_COUNTS, *rate), rows, width)[0]


def _row(name: str, one: Tally, minutes: float | None) -> Tally:
    known = one["hit_rate"] is not None
    hits = f"{one['hit_rate'] * 100:.0f} % of {one['outcomes']:,}" if known else numbers.NOTHING
    return {**one, "name": name.replace("after_hours", "after-hours"), "hits": hits, "rate": _rate(one, minutes)}


def _rate(one: Tally, minutes: float | None) -> float | None:
    return one["scans"] / minutes if minutes else None
