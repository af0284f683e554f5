"""Hits of parameter sets, compared."""

from __future__ import annotations

from types import SimpleNamespace

from tapehawk.dashboard.comparison import Comparison


def report(*symbols: str) -> SimpleNamespace:
    """Return a report with a hit of each symbol."""
    rows = [{"scanner": "gap", "pattern": "up", "symbol": name, "bar_time": "2025-06-30"} for name in symbols]
    return SimpleNamespace(dated=lambda: (("2025-06-30", dict(row)) for row in rows))


def test_a_hit_is_in_the_sets_that_have_it():
    compared = Comparison.of({"A": report("X", "Y"), "B": report("Y", "Z"), "C": report("Y", "Z")})
    assert {row["symbol"]: row["in"] for row in compared.rows} == {"X": "only A", "Y": "A and B and C", "Z": "B and C"}
    assert compared.counts() == {"A and B and C": 1, "B and C": 1, "only A": 1}


def test_the_same_symbol_on_another_bar_is_another_hit():
    later = report("X")
    rows = [("2025-07-01", {**row, "bar_time": "2025-07-01"}) for _, row in later.dated()]
    compared = Comparison.of({"A": report("X"), "B": SimpleNamespace(dated=lambda: iter(rows))})
    assert compared.counts() == {"only A": 1, "only B": 1}
