"""States and events of a live scan: what is true now, what became true, and that history says the same."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tapehawk.core.columns import close, open_
from tapehawk.core.scanner import BUY, NONE, Scanner, Setup
from tapehawk.core.sessions import us_calendar
from tapehawk.data.open_session import OpenSession
from tapehawk.data.sealing import seal
from tapehawk.scan.desk import Desk
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.question import Question
from tapehawk.scan.session_rows import Changes
from tapehawk.scanners.momentum import Momentum
from tapehawk.scanners.relative_volume import RelativeVolume
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.data.scripted import MINUTE, SIM, stream_bars
from tests.scan.live_market import (
    BUSY,
    DAY,
    HOURS,
    filled,
    historical_events,
    in_one_order,
    market,
    of_day,
    symbols,
)


class Green(Scanner):
    """Any green minute, to watch."""

    def universe(self):
        return {}

    def setups(self):
        yield Setup("green", NONE, {"green": close > open_}, score=close / open_)


class Capped(Scanner):
    """The first three green minutes of some size."""

    def universe(self):
        return {}

    def setups(self):
        body = (close / open_ - 1) * 1000
        yield Setup("rising", BUY, {"green": body > 0.2}, stop=open_, score=body)

    def limit(self):
        return 3, 0.5


SCANNERS = (Green(), Capped(), VolumeSpike(), RelativeVolume(**BUSY), Momentum())
RANGE = {"start_date": DAY, "end_date": DAY, "timeframe": "1m"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that holds everything up to the day."""
    return filled(tmp_path_factory.mktemp("whole"), until=DAY)


@pytest.fixture
def before(tmp_path):
    """A store that holds everything before the day."""
    return filled(tmp_path / "before", until=us_calendar().previous(DAY))


def scan_of(root) -> LiveScan:
    return LiveScan(SCANNERS, Past(root, SIM, DAY, symbols()))


def events_of(root) -> list[dict]:
    return historical_events(root, SCANNERS, Question("all", **RANGE))


def told_by_hand(steps: list[Changes]) -> list[dict]:
    """What somebody holds who takes every event and every retraction as it comes."""
    held: dict[tuple, dict] = {}
    for changes in steps:
        for row in changes.retracted:
            assert held.pop(key(row)) == row
        held |= {key(row): row for row in changes.events}
    return in_one_order(held.values())


def key(row) -> tuple:
    return (row["scanner"], row["pattern"], row["symbol"], row["bar_time"])


@pytest.mark.parametrize("bars_a_step", [7, 400])
def test_the_events_as_bars_close_are_those_of_history(whole, before, bars_a_step):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day()))
    instants = range(HOURS.open, HOURS.after_hours_close + 1, bars_a_step * MINUTE)
    steps = [*map(scan.step, instants), scan.finish()]
    right = events_of(whole)
    assert in_one_order(scan.events.values()) == right
    assert told_by_hand(steps) == right
    assert not any(step.retracted for step in steps)
    assert {row["scanner"] for row in right} == {one.type() for one in SCANNERS}
    assert 0 < len(right) < len(scan.rows)


def test_a_green_minute_is_an_event_behind_one_that_was_not_green(before):
    """The slow obvious way, over the bars themselves: yesterday's last minute is the bar before today's first."""
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day()))
    scan.finish()
    expected, last = set(), {}
    for one in stream_bars(market()[1]):
        opens = us_calendar().locate(np.array([one.time]), "regular")[0][0]
        if opens < 0:
            continue
        green = one.close > one.open
        if green and not last.get(one.symbol) and HOURS.open <= one.time < HOURS.close:
            expected.add((one.symbol, one.time))
        last[one.symbol] = green
    stamps = {(row["symbol"], row["bar_time"]) for row in scan.events.values() if row["scanner"] == "green"}
    assert stamps == {(name, f"{np.datetime64(time, 'us').astype('datetime64[s]')}Z") for name, time in expected}


def test_late_and_revised_bars_make_and_take_back_events(before):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    every, chance, steps = stream_bars(of_day()), np.random.default_rng(5), []
    late = set(chance.choice(len(every), 40, replace=False).tolist())
    in_time = [one for at, one in enumerate(every) if at not in late]
    wrong = set(chance.choice(len(in_time), 60, replace=False).tolist())
    session.take([upside_down(one) if at in wrong else one for at, one in enumerate(in_time)])
    steps.append(scan.step(HOURS.open + 200 * MINUTE))
    mended = [msgspec.structs.replace(in_time[at], revision=1) for at in wrong]
    rest = [*mended, *(every[at] for at in late)]
    for at in range(0, len(rest), 7):
        session.take(rest[at : at + 7])
        steps.append(scan.step(scan.through + 3 * MINUTE))
    steps.append(scan.finish())
    assert any(step.retracted for step in steps)
    only_events = [step for step in steps if set(map(key, step.events)) - set(map(key, step.added))]
    assert only_events, "a row that stays as it is became an event when the bar before it turned out to be another"
    seal(before, session.journal)
    right = events_of(before)
    assert in_one_order(scan.events.values()) == right
    assert told_by_hand(steps) == right


def upside_down(bar):
    return msgspec.structs.replace(bar, open=bar.close, close=bar.open)


def test_a_scan_started_again_knows_what_was_true_before_the_session(before):
    session, first = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day())[:100])
    first.finish()
    again = scan_of(before)
    assert again.from_saved_state
    again.finish()
    assert again.events == first.events


@pytest.mark.parametrize("minutes", [1, 12, 45, 200, 390])
def test_states_are_the_rows_of_a_scan_of_that_minute(whole, before, minutes):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day()))
    for until in range(HOURS.open, HOURS.open + minutes * MINUTE + 1, 9 * MINUTE):
        scan.step(until)
    scan.step(HOURS.open + minutes * MINUTE)
    assert scan.states() == scanned_at(whole, minutes)


def scanned_at(root, minutes: int) -> list[dict]:
    desk = Desk(root)
    clock = f"{9 + (30 + minutes) // 60:02}:{(30 + minutes) % 60:02}"
    question = Question("all", scan_date=DAY, cutoff=clock, timeframe="1m")
    reports = desk.scan(SCANNERS, question, desk.asked(question))
    return [row for report in reports for row in report.rows()]


def test_states_follow_a_revision(whole, before):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    every = stream_bars(of_day())
    session.take([upside_down(one) if at % 3 == 0 else one for at, one in enumerate(every)])
    scan.step(HOURS.open + 45 * MINUTE)
    assert scan.states() != scanned_at(whole, 45)
    session.take([replace_revision(one) for at, one in enumerate(every) if at % 3 == 0])
    scan.step(HOURS.open + 45 * MINUTE)
    assert scan.states() == scanned_at(whole, 45)


def replace_revision(bar):
    return msgspec.structs.replace(bar, revision=1)


def test_a_halted_symbol_keeps_its_state_and_the_time_of_its_bar(before):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    halted = symbols()[0]
    every = [one for one in stream_bars(of_day()) if one.symbol != halted or one.time < HOURS.open + 30 * MINUTE]
    session.take(every)
    scan.step(HOURS.open + 30 * MINUTE)
    then = [row for row in scan.states() if row["symbol"] == halted]
    scan.step(HOURS.open + 90 * MINUTE)
    now = [row for row in scan.states() if row["symbol"] == halted]
    assert now == then
