"""Counts by phase: what was scanned, found and failed, how long it took; memory does not grow with the run."""

from __future__ import annotations

import json
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.sessions import PHASES
from tapehawk.scan.metrics import KEPT, PhaseMetrics, Tally, percentile


def test_every_phase_has_a_tally_closed_too():
    assert set(PhaseMetrics().phases) == set(PHASES)


def test_signals_count_in_the_phase_of_their_bar_and_scans_are_another_number():
    metrics = PhaseMetrics()
    metrics.phases["regular"].scanned(4.0)
    metrics.brought([{"phase": "premarket"}, {"phase": "regular"}, {"phase": "regular"}])
    metrics.took_back([{"phase": "regular"}])
    plain = metrics.plain()
    assert set(plain) == {"premarket", "regular"}
    assert (plain["regular"]["scans"], plain["regular"]["signals"], plain["regular"]["withdrawn"]) == (1, 2, 1)
    assert (plain["premarket"]["scans"], plain["premarket"]["signals"]) == (0, 1)


def test_a_scan_that_fails_is_a_scan_and_has_no_latency():
    tally = Tally()
    tally.scanned(3.0)
    tally.failed()
    plain = tally.plain()
    assert (plain["scans"], plain["errors"], plain["latency_p95_ms"]) == (2, 1, 3.0)


def test_what_is_not_known_is_none_and_all_of_it_is_json():
    tally = Tally()
    assert tally.plain()["latency_p50_ms"] is None
    assert tally.plain()["hit_rate"] is None
    tally.turned_out(0.55, 40)
    assert (tally.plain()["hit_rate"], tally.plain()["outcomes"]) == (0.55, 40)
    json.dumps(tally.plain(), allow_nan=False)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200), st.sampled_from([0.5, 0.95]))
def test_a_percentile_is_numpys_by_nearest_rank(numbers, share):
    rising = sorted(numbers)
    assert percentile(rising, share) == pytest.approx(np.percentile(rising, share * 100, method="inverted_cdf"))


def test_a_run_of_weeks_needs_no_more_memory_than_one_of_an_hour():
    tally = Tally()
    for number in range(KEPT):
        tally.scanned(float(number))
    size = sys.getsizeof(tally._took)
    for number in range(50_000):
        tally.scanned(float(number))
    assert sys.getsizeof(tally._took) == size
    assert tally.plain()["scans"] == KEPT + 50_000
    assert tally.plain()["latency_p50_ms"] == 50_000 - KEPT // 2 - 1
