"""What a sync costs, said before it is spent; the budget that is kept; the ledger of what is done."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.sessions import us_calendar
from tapehawk.data.providers.door import Wanted
from tapehawk.data.sync.fetching import at_once
from tapehawk.data.sync.ledger import Done, Ledger
from tapehawk.data.sync.planning import last_final, next_final
from tapehawk.data.versions import table_version
from tests.data.syncs import FIRST, LAST, MARKET, clock_at, planned, polygon, synced
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated

TRUTH = simulated()


@pytest.fixture
def fake():
    with FakeMassive(TRUTH) as server:
        yield server


@pytest.fixture
def time():
    return clock_at()


# ------------------------------------------------------------------------------------------------ the plan


def test_the_bulk_route_is_planned_before_thousands_of_single_calls_and_nobody_is_asked(root, fake, time):
    names = tuple(f"S{number}" for number in range(10_000))
    plan = planned(root, polygon(fake, time), replace(MARKET, symbols=names))
    assert len(plan.steps) == 20
    assert "grouped daily" in plan.note
    assert fake.asked == []
    assert not root.exists()


def test_a_plan_says_calls_credits_minutes_and_bytes_with_what_is_fetched_besides(root, fake, time):
    plan = planned(root, polygon(fake, time, "basic"))
    besides = sum(step.calls for step in plan.reference)
    assert [step.kind for step in plan.reference] == ["reference", "reference"]
    assert plan.calls == plan.credits == 20 + besides
    assert plan.minutes == pytest.approx((20 + besides) / 5 - 1)
    assert plan.bytes >= 20 * 1_000_000


def test_a_basic_plan_s_five_calls_a_minute_are_planned_and_kept(root, fake, time, monkeypatch):
    monkeypatch.setattr("tapehawk.data.sync.fetching.AT_ONCE", 1)  # the clock jumps for one sleeper at a time
    fake.tick = time.clock.tick
    provider = polygon(fake, time, "basic")
    synced(root, provider, replace(MARKET, end=FIRST), time)
    time.pass_by(3600.0)
    plan, begun = planned(root, provider, MARKET, time), time.passed
    assert (plan.calls, plan.minutes) == (19, pytest.approx(19 / 5 - 1))
    done = synced(root, provider, MARKET, time)
    assert time.passed - begun == pytest.approx(180.0)  # calls at 0, 60, 120 and 180 s: the last four at the end
    assert done.calls == 19
    assert done.waited > 0
    assert dict(provider.health().errors) == {}


def test_reference_data_is_fetched_once_a_day_and_then_from_shortly_before_the_last_time(root, fake, time):
    wanted = replace(MARKET, start=dt.date(2026, 1, 2), end=dt.date(2026, 1, 2))
    with FakeMassive(simulated(3, dt.date(2026, 1, 2), dt.date(2026, 1, 2))) as early:
        synced(root, polygon(early, time), wanted)
        assert planned(root, polygon(early, time), wanted).reference == ()
        later = clock_at(time.start + 86_400_000_000)
        actions, listings = planned(root, polygon(early, later), wanted, later).reference
    assert actions.start == dt.date(2026, 11, 22) - dt.timedelta(days=30)
    assert actions.end == dt.date(2026, 11, 23)
    assert listings.what == "listed and delisted symbols"


def test_named_symbols_need_no_listings(root, fake, time):
    plan = planned(root, polygon(fake, time), Wanted("1d", ("AAPL",), FIRST, LAST))
    assert ["splits and dividends" in step.what for step in plan.reference] == [True]


@pytest.mark.parametrize(
    ("steps", "each", "at_a_time"), [(3, 1, 3), (99, 1_000_000, 8), (99, 30_000_000, 2), (0, 0, 1)]
)
def test_fewer_steps_are_fetched_at_once_where_each_is_large(steps, each, at_a_time):
    assert at_once(steps, each) == at_a_time


# ------------------------------------------------------------------------------------------------ final sessions


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (dt.datetime(2026, 11, 21, 1, 19, tzinfo=dt.UTC), dt.date(2026, 11, 19)),  # Friday 20:19 in New York
        (dt.datetime(2026, 11, 21, 1, 20, tzinfo=dt.UTC), dt.date(2026, 11, 20)),
        (dt.datetime(2026, 11, 26, 20, tzinfo=dt.UTC), dt.date(2026, 11, 25)),  # Thanksgiving
        (dt.datetime(2026, 11, 27, 22, 20, tzinfo=dt.UTC), dt.date(2026, 11, 27)),  # 17:20, after an early close
    ],
)
def test_a_session_is_final_twenty_minutes_after_its_last_hours(now, last):
    assert last_final("us", int(now.timestamp() * 1e6)) == last


@given(st.integers(1_700_000_000, 1_790_000_000))
def test_the_next_final_instant_is_the_first_at_which_the_last_final_session_changes(seconds):
    now = seconds * 1_000_000
    then = next_final(us_calendar(), now)
    assert then > now
    assert last_final("us", then - 1) == last_final("us", now)
    assert last_final("us", then) == us_calendar().next(last_final("us", now))


# ------------------------------------------------------------------------------------------------ the ledger


def test_a_ledger_remembers_over_processes_what_was_noted(root):
    Ledger(root, "p").note([Done("a", "actions", 0), Done("b", "actions", 0, mark="1")])
    again = Ledger(root, "p")
    assert (again.has("a"), again.has("b"), again.has("b", "1"), again.has("c")) == (True, False, True, False)
    assert not Ledger(root, "other").has("a")


def test_an_object_that_was_replaced_is_not_done(root):
    Ledger(root, "p").note([Done("a", "actions", 0, mark="old")])
    assert not Ledger(root, "p").has("a", "new")
    Ledger(root, "p").note([Done("a", "actions", 0, mark="new")])
    assert Ledger(root, "p").has("a", "new")


@given(st.integers(0, 400))
def test_a_line_cut_short_anywhere_is_no_line_and_spoils_none_after_it(tmp_path_factory, cut):
    root = tmp_path_factory.mktemp("ledger")
    Ledger(root, "p").note([Done(f"step {number}", "actions", 0) for number in range(4)])
    path = root / "sync" / "p.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:cut])
    kept = [json.loads(line)["step"] for line in whole[:cut].split(b"\n")[:-1]]
    assert set(kept) <= set(Ledger(root, "p").steps()) <= {f"step {number}" for number in range(4)}
    Ledger(root, "p").note([Done("after", "actions", 0)])
    assert {*kept, "after"} <= set(Ledger(root, "p").steps())


def test_every_noted_step_names_the_version_that_holds_its_rows(root, fake, time):
    synced(root, polygon(fake, time))
    lines = [json.loads(line) for line in (root / "sync" / "polygon.jsonl").read_text().splitlines()]
    bars = [line for line in lines if line["table"] == "bars_1d"]
    assert len(bars) == 20
    assert max(line["version"] for line in bars) == table_version(root, "bars_1d")
