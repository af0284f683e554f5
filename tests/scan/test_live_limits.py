"""A scanner with a cap, live: the rows as bars close are those of the range over history, also after a revision."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tapehawk.core.columns import close, open_
from tapehawk.core.scanner import BUY, NONE, SELL, Scanner, Setup
from tapehawk.core.sessions import us_calendar
from tapehawk.data.open_session import OpenSession
from tapehawk.data.sealing import seal
from tapehawk.scan.asked import asked_for
from tapehawk.scan.desk import Desk
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.question import Question
from tapehawk.scanners.breakout import Breakout
from tapehawk.scanners.crp import Crp
from tests.data.scripted import MINUTE, SIM, stream_bars
from tests.scan.live_market import DAY, HOURS, filled, in_one_order, of_day, symbols

WIDE = {"min_price": 0, "min_volume": 0, "max_price": 1e6}
OPEN = {"consolidation_period": 1, "resistance_break_pct": 0, "breakout_volume_ratio": 0}


class Rising(Scanner):
    """Any green minute of some size, rows that score above a half, the first four of a session."""

    def universe(self):
        return {}

    def setups(self):
        body = (close / open_ - 1) * 1000
        yield Setup("rising", BUY, {"green": body > 0.2}, stop=open_ * (2 - open_ / close), score=body)
        yield Setup("falling", SELL, {"red": body < -0.2}, stop=open_, score=-body)
        yield Setup("rising", NONE, {"very green": body > 0.9}, score=body)  # the same name: one place of the cap

    def limit(self):
        return 4, 0.5


class Graded(Rising):
    """The same with a lowest score and no cap."""

    def setups(self):
        yield from list(super().setups())[:2]

    def limit(self):
        return None, 0.5


def first(count: int) -> Scanner:
    """The same, the first `count` of a session."""
    return type(f"First{count}", (Rising,), {"limit": lambda _: (count, 0.5)})()


FIRSTS = tuple(first(count) for count in (1, 2, 3, 5, 6, 7, 8, 9))
SCANNERS = (Rising(), Graded(), *FIRSTS, Breakout(**WIDE, **OPEN), Crp(**WIDE, range_ratio=5, volume_ratio=0.1))


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


def historical(root, scanner: Scanner) -> list[dict]:
    desk, question = Desk(root), Question(scanner.type(), start_date=DAY, end_date=DAY, timeframe="1m")
    (report,) = desk.scan([scanner], question, desk.asked(question))
    return in_one_order(report.rows())


def live(scan: LiveScan) -> dict[str, list[dict]]:
    return {one.type(): in_one_order(row for key, row in scan.rows.items() if key[0] == one.type()) for one in SCANNERS}


def every_historical(root) -> dict[str, list[dict]]:
    return {one.type(): historical(root, one) for one in SCANNERS}


def kept_by_hand(changes_of_steps) -> list[dict]:
    """What somebody holds who takes every change as it comes."""
    held: dict[tuple, dict] = {}
    for changes in changes_of_steps:
        for row in changes.withdrawn:
            del held[row["scanner"], row["pattern"], row["symbol"], row["bar_time"]]
        held |= {(row["scanner"], row["pattern"], row["symbol"], row["bar_time"]): row for row in changes.added}
    return in_one_order(held.values())


@pytest.mark.parametrize("bars_a_step", [5, 400])
def test_however_the_day_is_cut_the_rows_are_those_of_the_range_and_none_is_taken_back(whole, before, bars_a_step):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day()))
    instants = range(HOURS.open, HOURS.after_hours_close + 1, bars_a_step * MINUTE)
    steps = [*map(scan.step, instants), scan.finish()]
    found = live(scan)
    assert found == every_historical(whole)
    assert len(found["rising"]) == 4
    assert len(found["graded"]) > 20
    assert 1 <= len(found["breakout"]) <= 3
    assert len(found["crp"]) >= 1
    assert not any(step.withdrawn for step in steps)
    assert kept_by_hand(steps) == in_one_order(scan.rows.values())


def test_a_scan_started_again_in_the_middle_has_the_same_rows(whole, before):
    session, first = OpenSession(before, SIM, DAY), scan_of(before)
    every = stream_bars(of_day())
    session.take(every[: len(every) // 2])
    first.step(every[len(every) // 2].time)
    again = scan_of(before)
    assert again.from_saved_state
    session.take(every[len(every) // 2 :])
    again.finish()
    assert live(again) == every_historical(whole)


def test_a_bar_revised_or_late_moves_who_is_first_and_who_is_under_the_cap(before):
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    every, chance, steps = stream_bars(of_day()), np.random.default_rng(4), []
    late = set(chance.choice(len(every), 40, replace=False).tolist())
    in_time = [one for at, one in enumerate(every) if at not in late]
    wrong = set(chance.choice(len(in_time), 60, replace=False).tolist())
    session.take([spoilt(one) if at in wrong else one for at, one in enumerate(in_time)])
    steps.append(scan.step(HOURS.open + 200 * MINUTE))
    mended = [msgspec.structs.replace(in_time[at], revision=1) for at in wrong]
    rest = [*mended, *(every[at] for at in late)]
    for at in range(0, len(rest), 7):
        session.take(rest[at : at + 7])
        steps.append(scan.step(scan.through + 3 * MINUTE))
    steps.append(scan.finish())
    assert any(step.withdrawn for step in steps)
    seal(before, session.journal)
    assert live(scan) == every_historical(before)
    assert kept_by_hand(steps) == in_one_order(scan.rows.values())


def spoilt(bar):
    """A bar as it came at first: its close far above."""
    return msgspec.structs.replace(bar, close=bar.close * 1.01, high=bar.high * 1.02)


def test_the_rows_are_never_more_than_history_says_at_that_minute(whole, before):
    """At each step the rows are those of the bars so far: nothing is hidden or shown for what comes later."""
    session, scan = OpenSession(before, SIM, DAY), scan_of(before)
    session.take(stream_bars(of_day()))
    desk, question = Desk(whole), Question("rising", start_date=DAY, end_date=DAY, timeframe="1m")
    panel = desk.asked(question).panel
    for minutes in (3, 10, 45):
        until = HOURS.open + minutes * MINUTE
        scan.step(until)
        asked = asked_for(whole, question, panel.until(until - MINUTE))
        (report,) = desk.scan([SCANNERS[0]], question, asked)
        assert live(scan)["rising"] == in_one_order(report.rows())
