"""How a process does is told in a bounded memory."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.app.performance import LAST, MOST_DAYS, MOST_NAMES, OTHER, Performance, percentile
from tapehawk.core.errors import NoData


def test_percentiles_are_the_nearest_ranks():
    """The worked example of NIST's handbook method: the smallest value that so many percent do not exceed."""
    times = [number / 1000 for number in range(1, 101)]
    assert [percentile(times, percent) for percent in (50, 95, 99, 100)] == [50.0, 95.0, 99.0, 100.0]
    assert percentile([0.007], 50) == percentile([0.007], 99) == 7.0
    assert percentile([], 50) is None


def test_only_the_last_times_are_remembered_and_all_are_counted():
    performance = Performance()
    for number in range(LAST + 500):
        performance.answered("GET /x", 200, 1.0 if number < 500 else 0.001)
    said = performance.to_dict()["api"]["GET /x"]
    assert said == {"count": LAST + 500, "p50_ms": 1.0, "p95_ms": 1.0, "p99_ms": 1.0}


def test_who_invents_names_fills_no_memory():
    performance = Performance()
    for number in range(MOST_NAMES * 3):
        performance.answered(f"GET /{number}", 404, 0.001)
    api = performance.to_dict()["api"]
    assert len(api) == MOST_NAMES + 1
    assert api[OTHER]["count"] == 2 * MOST_NAMES


def test_days_are_bounded_and_each_holds_its_last_count():
    performance = Performance()
    for number in range(MOST_DAYS + 10):
        for rows in (1, number):
            with performance.scan("gap") as measure:
                measure.rows, measure.day = rows, dt.date(2025, 1, 1) + dt.timedelta(days=number)
    days = performance.to_dict()["results"]["gap"]
    assert len(days) == MOST_DAYS
    assert list(days.items())[-1] == ("2025-02-10", 40)


def test_what_fails_is_counted_by_its_kind_and_goes_on():
    performance = Performance()
    for error in (NoData("none"), NoData("none"), ValueError()):
        with pytest.raises(type(error)), performance.scan("gap"):
            raise error
    with performance.scan("gap"):
        pass
    said = performance.to_dict()
    assert said["errors"] == {"NoData": 2, "ValueError": 1}
    assert said["scanners"]["gap"]["success_rate"] == 0.25


def test_before_anything_was_asked_nothing_is_known():
    said = Performance().to_dict()
    assert said["scans"] == {
        "count": 0, "p50_ms": None, "p95_ms": None, "p99_ms": None, "cached": 0, "failed": 0, "success_rate": None,
    }  # fmt: skip
