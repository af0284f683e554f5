"""A scan of the session that is still open: what the journal has by then, and what is said of it.

Three tell the same of one day: the live scan as bars close, the desk while they are in the journal, the desk once they
are in the store.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from threading import Thread

import polars as pl
import pytest

from tapehawk.core.errors import NoData
from tapehawk.core.instants import datetime_of
from tapehawk.core.sessions import us_calendar
from tapehawk.data import store, view
from tapehawk.data.journal import journal_path
from tapehawk.data.open_session import OpenSession
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.data.sealing import seal
from tapehawk.data.view import open_view
from tapehawk.scan.asked import asked_for
from tapehawk.scan.desk import Desk
from tapehawk.scan.parameters import configured
from tapehawk.scan.question import Question
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.data.scripted import SIM, stream_bars
from tests.scan.live_market import (
    DAY,
    HOURS,
    RANKED,
    SCANNERS,
    SPLIT,
    filled,
    in_one_order,
    live_rows,
    of_day,
    scan_of,
    symbols,
)

MINUTE = 60_000_000
BEFORE = us_calendar().previous(DAY)
CUTOFFS = {"09:50": 20, "11:07": 97, "13:37": 247, "15:59": 389}
"""Time of day → minutes since the open."""
EVERY = {**SCANNERS, "formula": RANKED}


def at(minutes: int) -> int:
    """An instant so many minutes after the open."""
    return HOURS.open + minutes * MINUTE


def day_until(instant: int) -> pl.DataFrame:
    """The day's bars that have closed by an instant."""
    return of_day().filter(pl.col("time").to_physical() + MINUTE <= instant)


class Open:
    """A store that reaches to the day before, and the day's journal, written as far as `receive` says."""

    def __init__(self, root, *, until=BEFORE):
        self.root = filled(root, until=until)
        self.session = OpenSession(root, SIM, DAY)
        self.known = 0

    def receive(self, instant: int) -> None:
        """Journal what closes up to an instant."""
        fresh = day_until(instant).filter(pl.col("time").to_physical() + MINUTE > self.known)
        self.known = instant
        self.session.take(stream_bars(fresh))

    def desk(self, *, minutes: int = 0, **more) -> Desk:
        """A desk at which it is so many minutes after the open."""
        now = datetime_of(at(minutes))
        return Desk(self.root, now=lambda: now, **more)


@pytest.fixture
def open_day(tmp_path):
    return Open(tmp_path / "open")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that has the day."""
    return filled(tmp_path_factory.mktemp("whole"), until=DAY)


def asked(name="volume_spike", **more) -> Question:
    return Question(name, timeframe=more.pop("timeframe", "1m"), parameters=EVERY[name], **more)


def rows(desk: Desk, question: Question) -> list[dict]:
    return in_one_order(desk.run(question).rows())


@pytest.mark.parametrize("name", EVERY)
def test_live_open_and_stored_say_the_same_at_any_time_of_the_day(open_day, whole, name):
    live = scan_of(open_day.root, ranked=True)
    some = 0
    for cutoff, minutes in CUTOFFS.items():
        open_day.receive(at(minutes))
        live.step(at(minutes))
        desk = open_day.desk(minutes=minutes)
        now = rows(desk, asked(name, start_date=DAY, end_date=DAY))
        assert now == live_rows(live, name)
        assert rows(desk, asked(name, scan_date=DAY, cutoff=cutoff)) == rows(
            Desk(whole), asked(name, scan_date=DAY, cutoff=cutoff)
        )
        some += len(now)
    assert some
    open_day.receive(HOURS.after_hours_close)
    seal(open_day.root, open_day.session.journal)
    for cutoff in CUTOFFS:
        question = asked(name, scan_date=DAY, cutoff=cutoff)
        assert rows(open_day.desk(), question) == rows(Desk(whole), question)


@pytest.mark.parametrize("hours", ["regular", "extended"])
def test_the_joined_panel_is_the_one_that_the_store_has_later(open_day, hours):
    open_day.receive(HOURS.after_hours_close)
    question = PanelQuestion("1m", hours=hours)
    joined = open_view(open_day.root, question, DAY).panel
    seal(open_day.root, open_day.session.journal)
    same_panels(joined, open_view(open_day.root, question, DAY).panel)


@pytest.mark.parametrize("timeframe", ["5m", "1h", "4h"])
@pytest.mark.parametrize("minutes", [33, 240])
def test_slower_bars_are_made_of_both_and_the_one_that_forms_is_left_out(open_day, timeframe, minutes):
    open_day.receive(at(minutes))
    question = PanelQuestion(timeframe)
    joined = open_view(open_day.root, question, DAY).panel
    seal(open_day.root, open_day.session.journal)
    same_panels(joined, open_view(open_day.root, question, DAY).panel)


def same_panels(one, other):
    assert one.symbols == other.symbols
    assert one.starts.tolist() == other.starts.tolist()
    assert (one.time == other.time).all()
    assert {name for name in one.columns if not name.startswith("raw.")} <= other.columns.keys()
    for name in {*one.columns, *other.columns}:
        mine, theirs = (p.columns.get(name, p.columns[name.removeprefix("raw.")]) for p in (one, other))
        assert (mine == theirs).all(), name
    assert (one.labels, one.hours, one.timeframe) == (other.labels, other.hours, other.timeframe)


def test_a_split_on_the_open_day_is_put_on_the_prices_before_it(open_day):
    split = {"symbol": SPLIT, "ex_date": DAY, "type": "split", "split_to": 4.0, "split_from": 1.0, "confirmed": True}
    store.append_actions(open_day.root, pl.DataFrame([split]))
    open_day.receive(at(30))
    question = PanelQuestion("1m")
    stored, joined = (open_view(open_day.root, question, day).panel for day in (None, DAY))
    first, theirs = (panel.starts[panel.symbols.index(SPLIT)] for panel in (stored, joined))
    assert joined.columns["close"][theirs] == pytest.approx(stored.columns["close"][first] / 4)
    assert joined.columns["raw.close"][theirs] == stored.columns["raw.close"][first]
    seal(open_day.root, open_day.session.journal)
    same_panels(joined, open_view(open_day.root, question, DAY).panel)


def test_a_bar_that_is_in_both_counts_once_and_as_the_journal_has_it(open_day):
    early = day_until(at(10)).with_columns(volume=pl.col("volume") + 1)
    store.append_bars(open_day.root, [(SIM, early)])
    open_day.receive(at(40))
    joined = open_view(open_day.root, PanelQuestion("1m"), DAY).panel
    seal(open_day.root, open_day.session.journal)
    same_panels(joined, open_view(open_day.root, PanelQuestion("1m"), DAY).panel)


def test_a_symbol_that_is_new_today_is_among_the_others(open_day):
    for name in ("AAAA", symbols()[2] + "A", "ZZZZ"):
        fresh = day_until(at(20)).filter(pl.col("symbol") == symbols()[2]).with_columns(symbol=pl.lit(name))
        open_day.session.take(stream_bars(fresh))
    open_day.receive(at(20))
    joined = open_view(open_day.root, PanelQuestion("1m"), DAY).panel
    assert len(joined.symbols) == len(symbols()) + 3
    seal(open_day.root, open_day.session.journal)
    same_panels(joined, open_view(open_day.root, PanelQuestion("1m"), DAY).panel)


def test_a_session_that_nobody_sealed_yet_is_there_too(tmp_path):
    day = Open(tmp_path / "open", until=us_calendar().previous(BEFORE))
    forgotten = OpenSession(day.root, SIM, BEFORE)
    forgotten.take(stream_bars(of_day(BEFORE)))
    day.receive(at(60))
    joined = open_view(day.root, PanelQuestion("1m"), DAY)
    assert set(joined.reach) == {BEFORE, DAY}
    for session in (forgotten, day.session):
        seal(day.root, session.journal)
    same_panels(joined.panel, open_view(day.root, PanelQuestion("1m"), DAY).panel)


def test_a_revised_bar_counts_as_it_was_revised(open_day, whole):
    wrong = day_until(at(97)).with_columns(volume=pl.col("volume") * 50)
    open_day.session.take(stream_bars(wrong))
    question = asked(scan_date=DAY, cutoff="11:07")
    assert rows(open_day.desk(), question) != rows(Desk(whole), question)
    open_day.receive(at(97))
    assert rows(open_day.desk(), question) == rows(Desk(whole), question)


def test_a_torn_tail_is_not_read(open_day):
    open_day.receive(at(97))
    question = asked(scan_date=DAY)
    before = open_day.desk().run(question)
    path = journal_path(open_day.root, SIM, DAY)
    with path.open("r+b") as file:
        head = file.read(64)
        file.seek(0, 2)
        file.write(head + b"half a record")
    after = open_day.desk().run(question)
    assert list(after.rows()) == list(before.rows())
    assert (
        after.data_version
        == before.data_version
        == f"{base_version(open_day)}+journal_20240214@{path.stat().st_size - 77}"
    )


def base_version(open_day):
    return open_view(open_day.root, PanelQuestion("1m"), None).panel.data_version


def test_the_data_version_is_the_live_scans_and_makes_the_answer_again(open_day):
    open_day.receive(at(30))
    live = scan_of(open_day.root)
    live.step(at(30))
    report = open_day.desk().run(asked(scan_date=DAY))
    assert report.data_version == live.data_version
    open_day.receive(at(200))
    assert again(open_day, report) == list(report.rows())
    seal(open_day.root, open_day.session.journal)
    assert again(open_day, report) == list(report.rows())


def again(open_day, report):
    """The rows of a report made anew from the data version that it names."""
    panel = open_view(open_day.root, PanelQuestion("1m", version=report.data_version), None).panel
    assert panel.data_version == report.data_version
    question = asked(scan_date=DAY)
    (made,) = Desk(open_day.root).scan(
        [configured(VolumeSpike, {})], question, asked_for(open_day.root, question, panel)
    )
    return list(made.rows())


def test_while_the_journal_is_written_every_answer_is_one_moments(open_day):
    def write() -> None:
        for minutes in range(1, 200):
            open_day.receive(at(minutes))

    open_day.receive(at(0))
    writer = Thread(target=write)
    writer.start()
    reports = []
    while writer.is_alive() or not reports:
        reports.append(open_day.desk().run(asked(scan_date=DAY)))
    writer.join()
    for report in reports:
        assert again(open_day, report) == list(report.rows())


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_session_that_is_sealed_while_the_panel_is_opened_is_not_lost(open_day, whole, monkeypatch, when):
    open_day.receive(HOURS.after_hours_close)
    question = asked(scan_date=DAY)
    expected = rows(Desk(whole), question)

    def opened(*given, **more):
        if when == "before":
            seal(open_day.root, open_day.session.journal)
        panel = open_panel(*given, **more)
        if when == "after":
            seal(open_day.root, open_day.session.journal)
        return panel

    monkeypatch.setattr(view, "open_panel", opened)
    assert rows(open_day.desk(), question) == expected


def test_without_a_date_the_answer_is_of_the_last_complete_session(open_day):
    open_day.receive(at(60))
    report = open_day.desk(minutes=60).run(asked())
    assert report.as_of == str(BEFORE)
    assert "journal" not in report.data_version
    assert report.notes == ()


def test_a_note_says_that_the_session_is_open_and_how_far_its_bars_reach(open_day):
    open_day.receive(at(20))
    note = f"session {DAY} still open: bars to 09:50"
    assert note in open_day.desk(minutes=20).run(asked(scan_date=DAY)).notes
    explained = open_day.desk(minutes=20).explain(asked(scan_date=DAY), symbols()[0])
    assert explained.notes == (note,)
    assert explained.to_dict()["notes"] == (note,)
    late = open_day.desk(minutes=24 * 60).run(asked(scan_date=DAY))
    assert f"session {DAY} not in the store yet: bars to 09:50" in late.notes


def test_explain_tells_the_open_bars_values(open_day, whole):
    open_day.receive(at(97))
    question = asked(scan_date=DAY, cutoff="11:07")
    one, other = (d.explain(question, symbols()[0]) for d in (open_day.desk(), Desk(whole)))
    assert replace(one, data_version="", notes=()) == replace(other, data_version="")


def real(open_day):
    """The same store and journal of a series that is not simulated, so that its bars may be late."""
    series = replace(SIM, provider="test", feed="sip", simulated=False)
    root = filled(open_day.root.parent / "real", until=BEFORE, series=series)
    OpenSession(root, series, DAY).take(stream_bars(day_until(at(20))))
    return root


@pytest.mark.parametrize(("cutoff", "stale"), [(None, True), ("10:30", True), ("09:50", False)])
def test_bars_that_stopped_coming_are_labelled_unless_the_question_needs_no_more(open_day, cutoff, stale):
    now = datetime_of(at(120))
    desk = Desk(real(open_day), now=lambda: now)
    report = desk.run(asked(scan_date=DAY, cutoff=cutoff))
    assert any("stale since 2024-02-14T14:50Z" in label for label in report.labels) == stale
    if stale:
        with pytest.raises(NoData, match="stale since"):
            desk.run(asked(scan_date=DAY, cutoff=cutoff, strict=True))


def test_the_days_own_bar_is_not_there_while_the_session_is_open(open_day):
    daily = replace(SIM, timeframe="1d")
    bars = of_day(BEFORE).group_by("symbol").agg(
        pl.lit(dt.datetime.combine(BEFORE, dt.time(), dt.UTC)).alias("time"), pl.first("open"), pl.max("high"),
        pl.min("low"), pl.last("close"), pl.sum("volume"),
    ).sort("symbol")  # fmt: skip
    store.append_bars(open_day.root, [(daily, bars.cast({"time": pl.Datetime("us", "UTC")}))])
    open_day.receive(at(60))
    with pytest.raises(NoData, match="still open: its 1d bar comes when it is over") as caught:
        open_day.desk(minutes=60).run(asked("momentum", scan_date=DAY, timeframe="1d"))
    assert "--timeframe 1m" in caught.value.hint
    with pytest.raises(NoData, match="nothing is stored for"):
        open_day.desk(minutes=24 * 60).run(asked("momentum", scan_date=DAY, timeframe="1d"))


def test_an_open_session_that_nobody_receives_is_told_with_what_to_do(open_day):
    with pytest.raises(NoData, match="still open: no 1m bar of it is known") as caught:
        open_day.desk(minutes=60).run(asked(scan_date=DAY))
    assert "scanner live" in caught.value.hint


def test_a_journal_of_another_series_is_not_joined(open_day):
    other = OpenSession(open_day.root, replace(SIM, feed="iex"), DAY)
    other.take(stream_bars(day_until(at(30))))
    with pytest.raises(NoData, match="still open"):
        open_day.desk(minutes=60).run(asked(scan_date=DAY))


def test_live_and_open_say_the_same_where_nothing_is_stored(tmp_path):
    OpenSession(tmp_path, SIM, DAY).take(stream_bars(day_until(at(97))))
    live = scan_of(tmp_path, ranked=True)
    live.step(at(97))
    desk, some = Desk(tmp_path, now=lambda: datetime_of(at(97))), 0
    for name in EVERY:
        now = rows(desk, asked(name, start_date=DAY, end_date=DAY))
        assert now == live_rows(live, name)
        some += len(now)
    assert some
    report = desk.run(asked(scan_date=DAY))
    assert report.data_version == live.data_version
