"""Intrabar triggers: told when a minute crosses the level, confirmed or withdrawn by the close, the same in history."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tapehawk.core.columns import close, high, low, minute, volume
from tapehawk.core.errors import LookAhead
from tapehawk.core.expr import on
from tapehawk.core.scanner import BUY, Scanner, Setup
from tapehawk.core.sessions import us_calendar
from tapehawk.core.trigger import Trigger, known_before
from tapehawk.data.open_session import OpenSession
from tapehawk.scan.desk import Desk
from tapehawk.scan.history import Past
from tapehawk.scan.hit_table import key_of
from tapehawk.scan.intrabar import INTRABAR, is_intrabar, judged
from tapehawk.scan.intrabar_history import triggers
from tapehawk.scan.live import LiveScan
from tapehawk.scan.question import Question
from tapehawk.scanners.gap import Gap
from tapehawk.scanners.inside_bar import InsideBar
from tapehawk.scanners.outside_bar import OutsideBar
from tests.data.scripted import MINUTE, SIM, stream_bars
from tests.scan.live_market import DAY, HOURS, filled, in_one_order, of_day, stamp, symbols

OPEN = {"min_price": 0, "min_dollar_volume": 0}
SCANNERS = (InsideBar(**OPEN), OutsideBar(**OPEN), Gap(**OPEN, breakout_gap_pct=0.1))
TIMEFRAMES = ("5m", "15m", "1h")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that holds everything up to the day."""
    return filled(tmp_path_factory.mktemp("whole"), until=DAY)


@pytest.fixture
def before(tmp_path):
    """A store that holds everything before the day."""
    return filled(tmp_path / "before", until=us_calendar().previous(DAY))


def scan_of(root, timeframe="5m", scanners=SCANNERS, hours="regular") -> LiveScan:
    return LiveScan(scanners, Past(root, SIM, DAY, symbols(), hours, slower=timeframe))


def question(timeframe: str, hours="regular") -> Question:
    return Question("all", start_date=DAY, end_date=DAY, timeframe=timeframe, hours=hours)


def in_history(root, timeframe: str) -> list[dict]:
    """What stored minutes trigger, each with what the close said."""
    desk, slower = Desk(root), question(timeframe)
    bars, minutes = desk.asked(slower), desk.asked(question("1m"))
    closed = {key_of(row) for one in desk.scan(SCANNERS, slower, bars) for row in one.rows()}
    return [judged(row, closed) for row in triggers(desk, SCANNERS, slower, bars, minutes)]


class Heard:
    """Takes every change as it comes: what is held, and every trigger with whether the close confirmed it."""

    def __init__(self) -> None:
        self.held, self.judged = {}, []

    def hear(self, changes) -> None:
        added = {key_of(row): row for row in changes.added}
        for row in changes.withdrawn:
            assert self.held.pop(key_of(row)) == row
            if is_intrabar(row):
                again = added.get(key_of(row))
                self.judged.append({**row, "confirmed": again is not None and not is_intrabar(again)})
        self.held |= added


def minute_by_minute(scan: LiveScan, session: OpenSession, heard: Heard, bars=None) -> None:
    pending = stream_bars(of_day()) if bars is None else bars
    for until in range(HOURS.open, HOURS.after_hours_close + 1, MINUTE):
        due = [one for one in pending if one.time + MINUTE <= until]
        pending = pending[len(due) :]
        session.take(due)
        heard.hear(scan.step(until))
    heard.hear(scan.finish())


# ------------------------------------------------------------------------------------------- slower bars, live


@pytest.mark.parametrize("hours", ["regular", "extended"])
@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_slower_bars_of_minutes_that_come_have_the_rows_of_the_historical_scan(whole, before, timeframe, hours):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before, timeframe, hours=hours)
    heard = Heard()
    minute_by_minute(scan, session, heard)
    desk, asked = Desk(whole), question(timeframe, hours)
    right = [row for one in desk.scan(SCANNERS, asked, desk.asked(asked)) for row in one.rows()]
    assert in_one_order(scan.rows.values()) == in_one_order(right)
    assert in_one_order(heard.held.values()) == in_one_order(right)
    assert right


# ------------------------------------------------------------------------------------------- triggers


@pytest.mark.parametrize("timeframe", TIMEFRAMES)
def test_triggers_as_minutes_come_are_those_of_history_and_so_is_what_the_close_said(whole, before, timeframe):
    session, scan, heard = OpenSession(before, SIM, DAY), scan_of(before, timeframe), Heard()
    minute_by_minute(scan, session, heard)
    right = in_history(whole, timeframe)
    assert sorted(heard.judged, key=key_of) == sorted(right, key=key_of)
    if timeframe == "5m":
        assert {one["scanner"] for one in right} == {"inside_bar", "outside_bar", "gap"}
        assert {one["confirmed"] for one in right} == {True, False}


def test_an_inside_bars_level_is_crossed_within_the_next_bar_worked_by_hand(before):
    """10:00–10:05 within 09:55–10:00; its high 10.50 × 1.001 = 10.5105 is crossed at 10:07, and 10:10 closes below."""
    name = symbols()[0]
    bars = [
        by_hand(name, 25, high=11.0, low=9.0),
        by_hand(name, 30, high=10.5, low=9.5),
        by_hand(name, 35, high=10.51, low=10.0),
        by_hand(name, 37, high=10.52, low=10.0),
        by_hand(name, 39, high=10.2, low=10.0),
    ]
    session, scan = OpenSession(before, SIM, DAY), scan_of(before, scanners=(InsideBar(**OPEN),))
    session.take(bars[:2])
    scan.step(HOURS.open + 35 * MINUTE)
    session.take(bars[2:3])
    assert scan.step(HOURS.open + 37 * MINUTE).added == []
    session.take(bars[3:4])
    (row,) = scan.step(HOURS.open + 38 * MINUTE).added
    assert (row["pattern"], row["direction"], row["labels"]) == (
        "breakout",
        "BUY",
        [*SIM.labels, "made of 1m bars", INTRABAR],
    )
    assert (row["entry"], row["stop"]) == (pytest.approx(10.5105), 9.5)
    assert row["target1"] == pytest.approx(10.5105 + 1.0105)
    assert (row["bar_time"], row["available_at"]) == (stamp(HOURS.open + 35 * MINUTE), stamp(HOURS.open + 38 * MINUTE))
    assert list(scan.triggers.values()) == [row]
    session.take(bars[4:])
    changes = scan.step(HOURS.open + 40 * MINUTE)
    assert (changes.withdrawn, changes.added, scan.triggers) == ([row], [], {})


def by_hand(name: str, minute: int, *, high: float, low: float):
    start, middle = HOURS.open + minute * MINUTE, 10.1
    bar = next(one for one in stream_bars(of_day()))
    return msgspec.structs.replace(
        bar, symbol=name, time=start, open=middle, high=high, low=low, close=middle, volume=1000.0
    )


def test_a_minute_that_is_revised_takes_its_trigger_back_before_the_close(before):
    name, session = symbols()[0], OpenSession(before, SIM, DAY)
    scan = scan_of(before, scanners=(InsideBar(**OPEN),))
    crossing = by_hand(name, 37, high=10.52, low=10.0)
    session.take([by_hand(name, 25, high=11.0, low=9.0), by_hand(name, 30, high=10.5, low=9.5), crossing])
    scan.step(HOURS.open + 38 * MINUTE)
    (row,) = scan.triggers.values()
    session.take([msgspec.structs.replace(crossing, high=10.5, revision=1)])
    assert scan.step(HOURS.open + 38 * MINUTE).withdrawn == [row]


def test_a_late_minute_of_the_setup_bar_changes_what_is_armed(before):
    name, session = symbols()[0], OpenSession(before, SIM, DAY)
    scan = scan_of(before, scanners=(InsideBar(**OPEN),))
    session.take([by_hand(name, 25, high=11.0, low=9.0), by_hand(name, 30, high=10.5, low=9.5)])
    session.take([by_hand(name, 37, high=10.52, low=10.0)])
    scan.step(HOURS.open + 38 * MINUTE)
    (row,) = scan.triggers.values()
    session.take([by_hand(name, 32, high=12.0, low=9.5)])  # no longer inside the bar before
    changes = scan.step(HOURS.open + 38 * MINUTE)
    assert (changes.withdrawn, scan.triggers) == ([row], {})


@pytest.mark.parametrize("bars_a_step", [1, 3])
def test_faults_of_the_feed_leave_the_triggers_of_the_right_minutes(whole, before, bars_a_step):
    session, scan, heard = OpenSession(before, SIM, DAY), scan_of(before), Heard()
    chance, every = np.random.default_rng(6), stream_bars(of_day())
    until = HOURS.open + 33 * MINUTE
    due = [one for one in every if one.time < until]
    wrong = set(chance.choice(len(due), 60, replace=False).tolist())
    session.take(
        [msgspec.structs.replace(one, high=one.high * 1.02) if at in wrong else one for at, one in enumerate(due)]
    )
    heard.hear(scan.step(until))
    mended = [msgspec.structs.replace(due[at], revision=1) for at in wrong]
    for first in range(0, len(mended), bars_a_step * 5):
        session.take(mended[first : first + bars_a_step * 5])
        heard.hear(scan.step(until))
    by_symbol = {row["symbol"]: {**row, "confirmed": None} for row in scan.triggers.values()}
    assert by_symbol == {
        one["symbol"]: {**one, "confirmed": None}
        for one in in_history(whole, "5m")
        if one["bar_time"] == stamp(HOURS.open + 30 * MINUTE) and one["available_at"] <= stamp(until)
    }
    assert {key for key, row in heard.held.items() if is_intrabar(row)} == set(scan.triggers)


def test_a_scan_started_again_has_the_triggers_of_the_minutes_so_far(before):
    session, first = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day()))
    until = next(at for at in range(HOURS.open, HOURS.close, MINUTE) if first.step(at) and first.triggers)
    again = scan_of(before)
    assert again.from_saved_state
    again.step(until)
    assert again.triggers == first.triggers
    assert again.held == first.held


# ------------------------------------------------------------------------------------------- what may be declared


@pytest.mark.parametrize("x", [high[1] * 1.001, on("1d", high), minute + 0, (close / close[1])[1]])
def test_bars_before_slower_bars_and_the_calendar_are_known_before_a_bar(x):
    assert known_before(x)


@pytest.mark.parametrize("x", [high, close / close[1], high[1] + low, volume])
def test_a_trigger_that_needs_its_own_bar_is_refused(x):
    assert not known_before(x)
    with pytest.raises(LookAhead, match="level"):
        Trigger(x, {"up": close[1] > close[2]}, stop=low[1])


class Planted(Scanner):
    """Its trigger's condition is another than the setup's: what is armed is seen to matter."""

    def universe(self):
        return {}

    def setups(self):
        armed = {"never": high[1] < low[1]}
        yield Setup("up", BUY, {"up": close > high[1]}, stop=low[1], trigger=Trigger(high[1], armed, stop=low[1]))


def test_what_is_not_armed_does_not_trigger(before):
    session, scan, heard = OpenSession(before, SIM, DAY), scan_of(before, scanners=(Planted(),)), Heard()
    minute_by_minute(scan, session, heard)
    assert scan.rows
    assert heard.judged == []
