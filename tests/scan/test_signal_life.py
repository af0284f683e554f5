"""A book that a session opens: what the log knows goes on over stored bars, across splits and days without a scan."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tapehawk.core.instants import microseconds
from tapehawk.core.outcomes import reached
from tapehawk.core.sessions import day_number, us_calendar
from tapehawk.core.signal_clock import Clock
from tapehawk.data.open_session import OpenSession
from tapehawk.data.signal_log import SignalLog
from tapehawk.scan.desk import Desk
from tapehawk.scan.history import Past
from tapehawk.scan.live import LiveScan
from tapehawk.scan.question import Question
from tapehawk.scan.signal_life import basis, opened
from tapehawk.scan.track_record import track_of
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.data.scripted import MINUTE, SIM, stream_bars
from tests.scan.live_market import FIRST, SPLIT, filled, of_day, symbols
from tests.scan.signal_rows import report_of, row_of

EX_DAY = dt.date(2024, 1, 10)  # 2:1
BEFORE = us_calendar().previous(EX_DAY)
AFTER = us_calendar().next(EX_DAY)
LATER = dt.date(2024, 1, 16)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return filled(tmp_path_factory.mktemp("store"), until=LATER)


def past(root, session) -> Past:
    return Past(root, SIM, session, symbols(), "regular")


def whole(root):
    """Return the bars of the first sessions as one panel, adjusted up to the last."""
    (panel,) = past(root, LATER).panels()
    return panel


def rows_of(panel, *, every: int, risk: float = 0.004) -> list[dict]:
    """Return rows of every so many bars of every symbol, with prices as traded."""
    rows = []
    for k in range(len(panel.symbols)):
        for bar in range(int(panel.starts[k]) + 60, int(panel.starts[k + 1]) - 1, every):
            entry, side = float(panel.columns["raw.close"][bar]), 1 if bar % 2 else -1
            rows.append(row_of(panel, bar, side=side, entry=entry, stop=entry * (1 - side * risk)))
    return sorted(rows, key=lambda row: row["bar_time"])


def test_the_basis_is_the_splits_between_a_day_and_the_session(root):
    factor = basis(past(root, AFTER))
    assert factor(SPLIT, day_number(BEFORE)) == 0.5
    assert factor(SPLIT, day_number(EX_DAY)) == 1.0
    assert factor(symbols()[0], day_number(BEFORE)) == 1.0
    assert basis(past(root, BEFORE))(SPLIT, day_number(FIRST)) == 1.0


def test_session_after_session_from_the_log_comes_to_what_history_says(root, tmp_path):
    panel = whole(root)
    rows = rows_of(panel, every=97)
    track = track_of(report_of(panel, rows), panel)
    days = [dt.date.fromordinal(719_163 + int(day)) for day in np.unique(panel.columns["session"])]
    for day in days:  # a process of its own each session, which knows only the log and the store
        book = opened(SignalLog(tmp_path, "live"), past(root, day))
        session = _of(panel, day)
        mine = [row for row in rows if _session(row) == day]
        book.step(session, mine, through=reached(session))
    booked = {(one.key.symbol, one.key.bar_time): one for one in SignalLog(tmp_path, "live").known().values()}
    assert len(booked) == track.height > 100
    assert {one.status for one in booked.values()} >= {"closed", "triggered"}
    for row in track.iter_rows(named=True):
        one = booked[row["symbol"], row["bar_time"]]
        assert (one.status, one.outcome) == (row["status"], row["outcome"])
        assert one.history[-1].r == (None if row["r"] is None else pytest.approx(row["r"], abs=1e-9))
        assert one.status == "active" or one.history[-1].at == row["known_at"]
    over_the_split = [
        one for one in booked.values() if one.key.symbol == SPLIT and _session(one.row) == BEFORE and one.is_final
    ]
    assert over_the_split


def test_days_without_a_scan_are_walked_from_the_store_when_the_next_session_opens(root, tmp_path):
    panel = whole(root)
    row = rows_of(panel, every=97)[0]
    book = opened(SignalLog(tmp_path, "live"), past(root, BEFORE))
    begun = _of(panel, _session(row)).until(microseconds(row["bar_time"]))
    assert [one.after for one in book.step(begun, [row], through=reached(begun))] == ["active"]
    told = []
    opened(SignalLog(tmp_path, "live"), past(root, LATER), tell=told.append)
    assert [one.after for one in told] == ["triggered", "closed"]
    assert told[-1].at == track_of(report_of(panel, [row]), panel)["known_at"][0]


def _session(row: dict) -> dt.date:
    session, _ = Clock("1m", "regular", "us").located(np.array([microseconds(row["bar_time"])]))
    return dt.date.fromordinal(719_163 + int(session[0]))


def _of(panel, day: dt.date):
    """Return one session's bars as they traded."""
    inside = panel.columns["session"] == day_number(day)
    counts = np.concatenate(([0], np.cumsum(inside)))
    columns = {name: column[inside] for name, column in panel.columns.items()}
    columns |= {name: columns[f"raw.{name}"] for name in ("open", "high", "low", "close", "volume")}
    return type(panel)(
        panel.symbols, counts[panel.starts].astype(np.int64), panel.time[inside], columns, panel.timeframe, panel.hours
    )


@pytest.mark.parametrize("restarts", [(), (60, 200)])
def test_a_live_scans_rows_become_the_signals_that_a_scan_of_the_stored_day_has(root, tmp_path, restarts):
    """The scan is stepped every twenty minutes and started again in between; volume spikes of the whole session."""
    journal, day = tmp_path / "live", LATER
    OpenSession(journal, SIM, day).take(stream_bars(of_day(day)))
    told, log = [], SignalLog(tmp_path, "simulated")
    steps = [*range(20, 390, 20), 390]
    lives = [steps[: 1 + sum(step <= stop for step in steps)] for stop in restarts] + [steps]
    for life in lives:
        scan = LiveScan([VolumeSpike(min_dollar_volume=0)], past(root, day), journals=journal)
        book = opened(SignalLog(tmp_path, "simulated"), scan.past, tell=told.append)
        for minute in life:
            before = scan.done
            changes = scan.step(us_calendar().need_session(day).open + minute * MINUTE)
            fresh = scan.bars(before)
            book.step(fresh, changes.added, changes.withdrawn, through=scan.through, data_version=scan.data_version)
        scan.close()
    question = Question(
        "volume_spike", start_date=day, end_date=day, timeframe="1m", parameters={"min_dollar_volume": 0}
    )
    desk = Desk(root)
    report, panel = desk.run(question), desk.asked(question).panel
    track = track_of(report, panel)
    booked = {(o.key.pattern, o.key.symbol, o.key.bar_time): o for o in log.known().values()}
    assert len(booked) == track.height > 20
    for row in track.iter_rows(named=True):
        one = booked[row["pattern"], row["symbol"], row["bar_time"]]
        r = None if row["r"] is None else pytest.approx(row["r"], abs=1e-9)
        assert (one.status, one.outcome, one.history[-1].r) == (row["status"], row["outcome"], r)
        assert one.origin == "simulated"
        assert one.data_version
    assert (
        len(told) == len({(one.setup_key, one.after) for one in told}) == sum(len(o.history) for o in booked.values())
    )
