"""The plan of a trading day: when looks are due, how many calls they may make, who is on, and when the phase turns."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.errors import OutOfBounds
from tapehawk.core.events import PhaseChanged
from tapehawk.core.phases import phase_at
from tapehawk.scan.phases import DayPlan, PhaseClock, PhaseRule, admitting

MINUTE = 60_000_000
RULES = {
    "premarket": PhaseRule(interval=2, calls=30, scanners=("gap",), risk=0.7),
    "regular": PhaseRule(interval=1, calls=60, scanners=("all",), risk=1.0),
    "after_hours": PhaseRule(interval=5, calls=15, scanners=("reversal",), risk=0.5),
    "closed": PhaseRule(interval=10, calls=5, scanners=("daily",), risk=0.3),
    "continuous": PhaseRule(interval=1, calls=60, scanners=("all",), risk=1.0),
}
PLAN = DayPlan("us", RULES)


def utc(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("watermark", "due"),
    [
        ("2026-11-27 09:00", "2026-11-27 09:00"),  # premarket begins, the closed phase ends
        ("2026-11-27 09:01", "2026-11-27 09:00"),  # every second minute
        ("2026-11-27 09:02", "2026-11-27 09:02"),
        ("2026-11-27 14:31", "2026-11-27 14:31"),  # every minute
        ("2026-11-27 17:59", "2026-11-27 17:59"),
        ("2026-11-27 18:00", "2026-11-27 18:00"),  # the early close: 13:00 in New York
        ("2026-11-27 18:04", "2026-11-27 18:00"),  # every fifth minute
        ("2026-11-27 18:05", "2026-11-27 18:05"),
        ("2026-11-27 22:00", "2026-11-27 22:00"),  # 17:00: after hours end
        ("2026-11-27 22:09", "2026-11-27 22:00"),  # every tenth minute
        ("2026-03-09 08:03", "2026-03-09 08:02"),  # the Monday after the clocks went forward
        ("2026-11-02 09:03", "2026-11-02 09:02"),  # and after they went back
    ],
)
def test_bars_are_scanned_up_to_the_last_instant_a_look_was_due(watermark, due):
    assert PLAN.due(utc(watermark)) == utc(due)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-27 08:59", "2026-11-27 09:00"),
        ("2026-11-27 09:00", "2026-11-27 09:02"),
        ("2026-11-27 17:59", "2026-11-27 18:00"),
        ("2026-11-27 18:01", "2026-11-27 18:05"),
        ("2026-11-27 21:59", "2026-11-27 22:00"),
        ("2026-11-28 12:00", "2026-11-28 12:10"),  # Saturday
    ],
)
def test_the_next_look_is_due_after_the_interval_of_the_phase(now, due):
    assert PLAN.next_due(utc(now)) == utc(due)


def test_an_interval_that_does_not_fit_ends_with_its_phase():
    plan = DayPlan("us", {**RULES, "premarket": replace(RULES["premarket"], interval=60)})
    assert plan.next_due(utc("2026-11-27 14:10")) == utc("2026-11-27 14:30")
    assert plan.due(utc("2026-11-27 14:30")) == utc("2026-11-27 14:30")
    assert plan.due(utc("2026-11-27 14:29")) == utc("2026-11-27 14:00")


BEGIN, END = utc("2026-11-25 00:00"), utc("2026-12-01 00:00")


def looks(plan: DayPlan) -> list[int]:
    """The slow version: phase by phase, looks at its begin and every interval from there on, as one rising list."""
    found, at = [], BEGIN
    while at < END:
        phase = phase_at(plan.market, at)
        until = END if phase.until is None else phase.until
        found += range(phase.since, until, plan.rules[phase.name].between)
        at = until
    return [*found, at]


def odd(plan: DayPlan, **intervals: float) -> DayPlan:
    return replace(plan, rules={k: replace(v, interval=intervals.get(k, v.interval)) for k, v in plan.rules.items()})


PLANS = {
    "as published": PLAN,
    "odd": odd(PLAN, premarket=7, regular=11.5, after_hours=0.25, closed=59),
    "crypto": replace(PLAN, market="crypto"),
}
LOOKS = {name: [one for one in looks(plan) if one <= END] for name, plan in PLANS.items() if name != "crypto"} | {
    "crypto": list(range(BEGIN, END + 1, MINUTE))
}
INSTANTS = st.integers(BEGIN + 24 * 60 * MINUTE, END - 24 * 60 * MINUTE)


@pytest.mark.parametrize("name", PLANS)
@given(at=INSTANTS)
def test_due_and_next_due_are_neighbours_in_the_list_of_all_looks(name, at):
    every = LOOKS[name]
    place = bisect_right(every, at)
    assert PLANS[name].due(at) == every[place - 1]
    assert PLANS[name].next_due(at) == every[place]


def test_a_plan_that_counts_from_midnight_would_be_caught():
    plan = PLANS["odd"]
    counted = [at - at % plan.rules[phase_at("us", at - 1).name].between for at in range(BEGIN, END, 61 * MINUTE)]
    assert counted != [plan.due(at) for at in range(BEGIN, END, 61 * MINUTE)]


@pytest.mark.parametrize(
    ("now", "calls"),
    [
        ("2026-11-27 09:00", 30), ("2026-11-27 14:30", 60), ("2026-11-27 18:00", 15), ("2026-11-27 22:00", 5),
        ("2026-03-09 13:29", 30), ("2026-03-09 13:30", 60), ("2026-11-02 14:29", 30), ("2026-11-02 14:30", 60),
    ],
)  # fmt: skip
def test_the_calls_that_scanning_may_make_are_those_of_the_phase(now, calls):
    assert PLAN.calls_at(utc(now)) == calls


def test_a_hit_counts_where_its_scanner_is_on_in_the_phase_its_bar_begins_in():
    admit = admitting("us", {"premarket": frozenset({"gap"}), "regular": frozenset({"gap", "lc"})})
    starts = np.array([utc(f"2026-11-27 {at}") for at in ("14:29", "14:30", "17:59", "18:00")])
    assert admit("gap", starts).tolist() == [True, True, True, False]
    assert admit("lc", starts).tolist() == [False, True, True, False]
    assert admit("crp", starts).tolist() == [False] * 4


def test_the_clock_says_once_that_the_phase_has_changed_and_when_it_will_again():
    clock = PhaseClock("us")
    said = [clock.turn(utc(f"2026-11-27 {at}")) for at in ("14:00", "14:29", "14:30", "14:31", "18:03", "18:04")]
    assert said == [
        None, None,
        PhaseChanged("us", "premarket", "regular", utc("2026-11-27 14:30"), utc("2026-11-27 18:00")),
        None,
        PhaseChanged("us", "regular", "after_hours", utc("2026-11-27 18:00"), utc("2026-11-27 22:00")),
        None,
    ]  # fmt: skip


def test_cryptos_clock_never_turns():
    clock = PhaseClock("crypto")
    assert [clock.turn(utc(f"2026-11-{day} 00:00")) for day in range(20, 30)] == [None] * 10


@pytest.mark.parametrize(("field", "value"), [("interval", 0), ("interval", -1), ("risk", 1.1), ("risk", -0.1)])
def test_a_rule_that_makes_no_sense_is_refused(field, value):
    with pytest.raises(OutOfBounds):
        replace(RULES["regular"], **{field: value})
