"""A live scan by the rules of the phases: it looks when due, and only scanners that are on have hits."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core.sessions import us_calendar
from tapehawk.data.open_session import OpenSession
from tapehawk.scan.history import Past
from tapehawk.scan.metrics import PhaseMetrics
from tapehawk.scan.phased import Minding, PhasedScan, seen
from tapehawk.scanners.momentum import Momentum
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.data.scripted import MINUTE, SIM, stream_bars
from tests.scan.live_market import DAY, HOURS, filled, in_one_order, of_day, symbols
from tests.scan.test_live_limits import first
from tests.scan.test_phases import PLAN

WITH_BARS = ("premarket", "regular", "after_hours")


@pytest.fixture
def before(tmp_path):
    """A store that holds everything before the day."""
    return filled(tmp_path / "before", until=us_calendar().previous(DAY))


def scan_of(root, *scanners, plan=PLAN, **minding) -> PhasedScan:
    return PhasedScan(scanners, Past(root, SIM, DAY, symbols(), "extended"), Minding(plan, **minding))


def played(root, scan: PhasedScan) -> list[tuple[int, list[dict]]]:
    """Play the day minute by minute; returns where bars were scanned to after each, and what that added."""
    session, found = OpenSession(root, SIM, DAY), []
    pending = stream_bars(of_day())
    for until in range(HOURS.premarket_open, HOURS.after_hours_close + 1, MINUTE):
        due = [one for one in pending if one.time + MINUTE <= until]
        pending = pending[len(due) :]
        session.take(due)
        added = scan.step(until).added
        found.append((scan.through, added))
    return found


def test_bars_are_scanned_every_second_minute_before_the_open_every_minute_then_every_fifth(before):
    steps = [through for through, _ in played(before, scan_of(before, VolumeSpike()))]
    moved = np.array([at for at, _ in itertools.groupby(steps)])
    within = {
        "premarket": (HOURS.premarket_open, HOURS.open, 2),
        "regular": (HOURS.open, HOURS.close, 1),
        "after_hours": (HOURS.close, HOURS.after_hours_close, 5),
    }
    for begins, ends, minutes in within.values():
        looks = moved[(moved >= begins) & (moved <= ends)]
        assert looks.tolist() == list(range(begins, ends + 1, minutes * MINUTE))


def test_however_often_is_looked_the_days_rows_are_the_same(before):
    every_minute = {name: replace(rule, interval=1) for name, rule in PLAN.rules.items()}
    paced = scan_of(before, VolumeSpike())
    always = scan_of(before, VolumeSpike(), plan=replace(PLAN, rules=every_minute))
    rows = [row for _, added in played(before, paced) for row in added]
    always.step(HOURS.after_hours_close)
    assert len(rows) > 0
    assert in_one_order(rows) == in_one_order(always.rows.values()) == in_one_order(paced.rows.values())


def test_a_scanner_has_hits_only_in_the_phases_it_is_on_in(before):
    everywhere = scan_of(before, VolumeSpike(), Momentum())
    played(before, everywhere)
    on = {"premarket": frozenset({"volume_spike"}), "regular": frozenset({"volume_spike", "momentum"})}
    some = scan_of(before, VolumeSpike(), Momentum(), enabled=on)
    some.finish()
    wanted = [row for row in everywhere.rows.values() if row["scanner"] in on.get(row["phase"], ())]
    assert in_one_order(some.rows.values()) == in_one_order(wanted)
    assert {row["phase"] for row in everywhere.rows.values()} == set(WITH_BARS)
    assert 0 < len(wanted) < len(everywhere.rows)


def test_a_hit_before_the_open_takes_no_place_below_the_cap_of_a_scanner_that_is_off_then(before):
    capped = first(3)
    name = capped.type()
    always = scan_of(before, capped)
    played(before, always)
    assert [row["phase"] for row in always.rows.values()] == ["premarket"] * 3
    later = scan_of(before, capped, enabled={"regular": frozenset({name})})
    later.finish()
    assert [row["phase"] for row in later.rows.values()] == ["regular"] * 3


def test_scans_are_counted_in_their_phases(before):
    ticks = itertools.count()
    metrics = PhaseMetrics()
    scan = scan_of(before, VolumeSpike(), metrics=metrics, tick=lambda: next(ticks) * 0.004)
    played(before, scan)
    plain = metrics.plain()
    assert set(plain) == set(WITH_BARS)
    assert {name: one["scans"] for name, one in plain.items()} == {"premarket": 165, "regular": 390, "after_hours": 48}
    assert [one["latency_p50_ms"] for one in plain.values()] == pytest.approx([4.0] * 3)


def test_what_is_whole_and_waits_for_the_next_look_is_told_apart_from_what_is_scanned(before):
    scan = scan_of(before, VolumeSpike())
    third = HOURS.premarket_open + 3 * MINUTE
    scan.step(third)
    assert (seen(scan), scan.through) == (third, third - MINUTE)
