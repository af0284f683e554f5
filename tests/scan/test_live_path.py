"""Scanning as bars close: live, restarted, rewound and replayed, the rows and states are those of the whole history."""

from __future__ import annotations

import asyncio
import datetime as dt

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.open_session import OpenSession
from tapehawk.data.replay import Replay
from tapehawk.data.sealing import seal
from tapehawk.data.stream import LiveFeed
from tapehawk.scan.following import follow
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan, labelled
from tapehawk.scanners.formula import Formula
from tests.data.scripted import KNOBS, MINUTE, SIM, ByHand, Scripted, bar, end_session, in_order, play, stream_bars
from tests.scan.live_market import (
    DAY,
    HOURS,
    NEXT,
    RANKED,
    SCANNERS,
    SPLIT,
    day_of,
    filled,
    historical,
    in_one_order,
    live_rows,
    market,
    of_day,
    same_states,
    scan_of,
    stamp,
    symbols,
)  # fmt: skip

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that holds everything up to the day."""
    return filled(tmp_path_factory.mktemp("whole"), until=DAY)


@pytest.fixture
def before(tmp_path):
    """A store that holds everything before the day."""
    return filled(tmp_path / "before", until=us_calendar().previous(DAY))


# ------------------------------------------------------------------------------------------- parity


@pytest.mark.parametrize("hours", ["regular", "extended"])
async def test_a_replayed_days_rows_are_those_of_the_historical_scan(whole, tmp_path, hours):
    replay = Replay(whole, SIM, DAY)
    feed = LiveFeed(replay, tmp_path, symbols(), series=SIM, clock=replay.clock)
    steps = []

    def begin(day) -> LiveScan:
        return scan_of(whole, day=day, journals=tmp_path, ranked=True, hours=hours)

    async def watch() -> None:
        steps.extend([news async for news in follow(feed, begin)])

    await asyncio.gather(watch(), feed.run())
    scan = steps[-1].scan
    assert scan.through == HOURS.after_hours_close
    for name, parameters in (*SCANNERS.items(), ("formula", RANKED)):
        rows = historical(whole, name, parameters, hours=hours)
        assert len(rows) > 0, name
        assert live_rows(scan, name) == rows


@pytest.mark.parametrize("bars_a_step", [1, 7, 100])
def test_however_the_day_is_cut_into_steps_the_rows_are_the_same(whole, before, bars_a_step):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before, ranked=True)
    added: list[dict] = []
    pending = stream_bars(of_day())
    for until in range(HOURS.open, HOURS.after_hours_close + 1, bars_a_step * MINUTE):
        due = [one for one in pending if one.time + MINUTE <= until]
        pending = pending[len(due) :]
        session.take(due)
        changes = scan.step(until)
        assert changes.withdrawn == []
        added += changes.added
    session.take(pending)
    added += scan.finish().added
    assert in_one_order(added) == in_one_order(scan.rows.values())
    for name, parameters in (*SCANNERS.items(), ("formula", RANKED)):
        assert live_rows(scan, name) == historical(whole, name, parameters)


async def test_a_bar_lost_on_the_way_would_break_parity(whole, before):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    hit = historical(whole, "volume_spike", {})[0]
    every = stream_bars(of_day())
    session.take([one for one in every if (one.symbol, stamp(one.time)) != (hit["symbol"], hit["bar_time"])])  # planted
    scan.finish()
    assert any(live_rows(scan, name) != historical(whole, name, parameters) for name, parameters in SCANNERS.items())


# ------------------------------------------------------------------------------------------- late and revised


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A store with a few sessions, and the day's first minutes."""
    root = tmp_path_factory.mktemp("short")
    few = market()[1].filter(day_of().is_between(DAY - dt.timedelta(days=6), DAY, closed="left"))
    store.append_bars(root, [(SIM, few)])
    first = pl.col("time").to_physical().is_between(HOURS.open, HOURS.open + 12 * MINUTE)
    return root, stream_bars(of_day().filter(first))


@pytest.mark.parametrize("ranked", [False, True])
@given(data=st.data())
def test_any_order_of_late_duplicate_and_revised_bars_gives_the_same_states_and_rows(
    short, tmp_path_factory, ranked, data
):
    root, minutes = short
    past = Past(root, SIM, DAY, symbols())
    rules = [Formula(formula="rvol(3) > 1.5"), *([Formula(formula="rank(rvol(3)) <= 1")] if ranked else [])]
    right_root, mixed_root = tmp_path_factory.mktemp("right"), tmp_path_factory.mktemp("mixed")
    wrong = data.draw(st.sets(st.integers(0, len(minutes) - 1), max_size=6))
    sent = minutes + [revision_of(minutes[at]) for at in wrong]
    again = data.draw(st.lists(st.sampled_from(minutes), max_size=6))
    order = data.draw(st.permutations(sent + again))
    right, mixed = LiveScan(rules, past, journals=right_root), LiveScan(rules, past, journals=mixed_root)
    OpenSession(right_root, SIM, DAY).take(sent)
    right.finish()
    session, until = OpenSession(mixed_root, SIM, DAY), HOURS.open
    for first in range(0, len(order), 8):
        session.take(order[first : first + 8])
        until += data.draw(st.integers(0, 4)) * MINUTE
        mixed.step(until)
    mixed.finish()
    assert same_states(right, mixed)
    assert mixed.rows == right.rows
    for scan in (right, mixed):
        scan.close()


def revision_of(one):
    return msgspec.structs.replace(one, volume=one.volume * 5, revision=1)


def test_a_revised_bar_takes_back_what_no_longer_holds(before):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day()))
    scan.finish()
    key, row = next((key, row) for key, row in scan.rows.items() if key[0] == "volume_spike")
    one = next(b for b in stream_bars(of_day()) if b.symbol == row["symbol"] and stamp(b.time) == row["bar_time"])
    session.take([msgspec.structs.replace(one, volume=1.0, revision=1)])
    changes = scan.finish()
    assert key in {(r["scanner"], r["pattern"], r["symbol"], r["bar_time"]) for r in changes.withdrawn}
    assert key not in scan.rows
    assert {r["symbol"] for r in changes.withdrawn} == {row["symbol"]}


async def test_live_through_a_faulty_feed_ends_as_the_historical_scan(whole, before):
    truth = of_day()
    provider = Scripted(truth, ByHand(HOURS.premarket_open))
    feed = LiveFeed(provider, before, symbols(), clock=provider.hand.clock)
    scan = scan_of(before, ranked=True)
    events, chance = in_order(truth), np.random.default_rng(3)
    for knob in ("late", "duplicated", "revised", "out_of_order", "outage"):
        events = KNOBS[knob](events, chance)
    await play(feed, provider, events, each=lambda: feed.current and scan.step(feed.current.watermark.at))
    await end_session(feed, provider)
    scan.finish()
    for name, parameters in (*SCANNERS.items(), ("formula", RANKED)):
        assert live_rows(scan, name) == historical(whole, name, parameters)


# ------------------------------------------------------------------------------------------- restarts, next sessions


def test_a_scan_started_again_goes_on_from_its_saved_state_and_the_journal(before):
    session, first = OpenSession(before, SIM, DAY), scan_of(before, ranked=True)
    every = stream_bars(of_day())
    session.take(every[: len(every) // 2])
    first.step(every[len(every) // 2].time)
    again = scan_of(before, ranked=True)
    assert (first.from_saved_state, again.from_saved_state) == (False, True)
    session.take(every[len(every) // 2 :])
    first.finish()
    again.finish()
    assert same_states(first, again)
    assert first.rows == again.rows


def test_a_session_hands_its_states_to_the_next_and_they_are_those_of_the_history(before, tmp_path):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day()))
    scan.finish()
    seal(before, session.journal)
    assert scan.hand_over(scan.past.on(NEXT))
    handed = scan_of(before, day=NEXT)
    played = scan_of(before, day=NEXT, journals=tmp_path / "elsewhere")
    assert (handed.from_saved_state, played.from_saved_state) == (True, False)
    assert same_states(handed, played)


@pytest.mark.parametrize("why", ["not sealed", "a correction", "a split", "more bars sealed"])
def test_states_are_not_handed_over_where_history_has_become_another(before, why):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    every = stream_bars(of_day())
    session.take(every[:-1])
    scan.finish()
    if why == "more bars sealed":
        session.take(every[-1:])
    if why != "not sealed":
        seal(before, session.journal)
    if why == "a correction":
        store.append_bars(before, [(SIM, market()[1].head(1).with_columns(volume=pl.lit(12345.0)))])
    if why == "a split":
        split = {"symbol": SPLIT, "ex_date": NEXT, "type": "split", "split_to": 2.0, "split_from": 1.0}
        store.append_actions(before, pl.DataFrame([split]))
    assert not scan.hand_over(scan.past.on(NEXT))


def test_rows_name_the_tables_and_the_journals_offset(before):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day())[:10])
    scan.finish()
    assert scan.data_version == f"bars_1m@1+actions@1+journal_20240214@{session.journal.size}"


def test_a_symbol_without_history_is_scanned_from_its_first_bar(before):
    past = Past(before, SIM, DAY, (*symbols(), "ZNEW"))
    scan = LiveScan([Formula(formula="rvol(5) > 2")], past)
    OpenSession(before, SIM, DAY).take(newcomer())
    scan.finish()
    assert [key[2] for key in scan.rows] == ["ZNEW"]


def newcomer():
    bars = [bar("ZNEW", minute, volume=1e7 if minute == 25 else 1e6) for minute in range(30)]
    return [msgspec.structs.replace(one, time=HOURS.open + at * MINUTE) for at, one in enumerate(bars)]


def test_rows_say_since_when_they_are_stale():
    rows = [{"symbol": "AAA", "labels": ["simulated"]}]
    assert labelled(rows, None) == rows
    assert labelled(rows, HOURS.open)[0]["labels"] == ["simulated", "stale since 2024-02-14T14:30:00Z"]
