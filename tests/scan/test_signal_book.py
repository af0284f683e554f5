"""The book of a running scan: it comes to what history says, says nothing twice, and outlives a kill at any byte."""

from __future__ import annotations

import datetime as dt
import os
import signal as signals_of_the_system
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.errors import BadInput, TryAgain
from tapehawk.core.instants import microseconds
from tapehawk.core.outcomes import NOT_YET, reached
from tapehawk.core.signal_clock import Clock
from tapehawk.core.signal_record import Change
from tapehawk.data.signal_log import Noted, SignalLog
from tapehawk.scan import signal_book
from tapehawk.scan.signal_book import BEYOND, WITHDRAWN, SignalBook
from tapehawk.scan.track_record import track_of
from tests.core.random_bars import pieces
from tests.core.signal_tape import daily, intraday
from tests.scan.signal_rows import SERIES, drawn_rows, report_of, row_of

CALM = (100.0, 101.0, 99.0, 100.0)
MONDAY = dt.date(2024, 3, 11)


class InMemory:
    """A store of signals that forgets everything with the process."""

    def __init__(self):
        self.signals, self.written = {}, []

    def known(self):
        return self.signals

    def note(self, new, changes=()):
        refused = []
        self.signals |= {str(one.key): one for one in new if str(one.key) not in self.signals}
        for one in changes:
            try:
                self.signals[one.key] = self.signals[one.key].became(one.change)
                self.written.append(one)
            except BadInput:
                refused.append(one)
        return refused


def book_of(panel, store=None, **facts) -> SignalBook:
    return SignalBook(Clock.of(panel), SERIES, InMemory() if store is None else store, **facts)


def play(book, panel, rows, cuts=(), begin=0) -> list:
    """Feed a book pieces of a panel, each with the rows of its bars; return what it told."""
    told, through, said = [], 0, 0
    for number, piece in enumerate(pieces(panel, cuts)):
        through = max(through, reached(piece))
        upto = [row for row in rows if microseconds(row["available_at"]) <= through]
        if number >= begin:
            told += book.step(piece, upto[said:], through=through)
        said = len(upto)
    return told


def every_bar(panel) -> range:
    return range(1, np.unique(panel.time).size)


# --------------------------------------------------------------------------------------------------- live = history


def differences(panel, rows, store) -> list:
    """Return the signals of which the book and history tell different tales."""
    track = {
        (r["pattern"], r["symbol"], r["bar_time"]): (r["status"], r["outcome"], r["known_at"], r["r"], r["bars_held"])
        for r in track_of(report_of(panel, rows), panel).iter_rows(named=True)
    }
    booked = {}
    for one in store.known().values():
        last, closed = one.history[-1], one.status == "closed"
        known = NOT_YET if one.status == "active" else last.at
        held = last.bars_held if closed else track.get((one.key.pattern, one.key.symbol, one.key.bar_time), [0] * 5)[4]
        booked[one.key.pattern, one.key.symbol, one.key.bar_time] = (one.status, one.outcome, known, last.r, held)
    return [
        (key, track.get(key), booked.get(key)) for key in track.keys() | booked if track.get(key) != booked.get(key)
    ]


@given(st.integers(0, 10_000), st.sampled_from(["1d", "30m"]), st.lists(st.integers(1, 100), max_size=6, unique=True))
def test_however_the_steps_are_cut_the_book_comes_to_what_history_says(seed, timeframe, cuts):
    panel, rows = drawn_rows(seed, timeframe)
    store = InMemory()
    play(book_of(panel, store), panel, rows, cuts)
    assert differences(panel, rows, store) == []


@pytest.mark.parametrize("timeframe", ["1d", "30m"])
def test_bar_after_bar_comes_to_what_history_says(timeframe):
    panel, rows = drawn_rows(3, timeframe)
    store = InMemory()
    play(book_of(panel, store), panel, rows, every_bar(panel))
    assert len(store.known()) > 10
    assert differences(panel, rows, store) == []


@pytest.mark.parametrize("bug", ["no cooldown", "a cooldown of four", "walks its own bar", "skips a bar"])
def test_the_comparison_with_history_catches(bug, monkeypatch):
    if bug == "no cooldown":
        monkeypatch.setattr(signal_book.Cooldown, "passes", lambda *_: True)
    if bug == "a cooldown of four":
        passes = signal_book.Cooldown.passes
        monkeypatch.setattr(
            signal_book.Cooldown, "passes", lambda self, group, slot: passes(self, group, slot * 5 // 4)
        )
    if bug in ("walks its own bar", "skips a bar"):
        real, by = SignalBook._enter, -1 if bug == "walks its own bar" else 30

        def enter(self, signals):
            real(self, signals)
            self._running.seen[self._running.size - len(signals) :] += by

        monkeypatch.setattr(SignalBook, "_enter", enter)
    wrong = []
    for seed in range(6):
        panel, rows = drawn_rows(seed, "30m")
        store = InMemory()
        play(book_of(panel, store), panel, rows, every_bar(panel))
        wrong += differences(panel, rows, store)
    assert wrong


# ---------------------------------------------------------------------------------------------------- said only once


def test_a_setup_that_is_scanned_a_hundred_times_is_one_signal():
    panel = intraday({"A": [(MONDAY, n, CALM) for n in range(3)]}, "5m")
    store, row = InMemory(), row_of(panel, 0)
    book = book_of(panel, store)
    told = [event for _ in range(100) for event in book.step(panel, [row], through=reached(panel))]
    assert [(event.before, event.after) for event in told] == [("", "active"), ("active", "triggered")]
    assert len(store.known()) == 1


@pytest.mark.parametrize(("later", "signals"), [(1, 1), (5, 1), (6, 2)])
def test_five_bars_of_the_market_silence_the_same_pattern(later, signals):
    panel = intraday({"A": [(MONDAY, 0, CALM), (MONDAY, later, CALM)]}, "5m")
    store = InMemory()
    book_of(panel, store).step(panel, [row_of(panel, 0), row_of(panel, 1)], through=reached(panel))
    assert len(store.known()) == signals


def test_other_patterns_and_symbols_are_not_silenced():
    panel = intraday({"A": [(MONDAY, 0, CALM)], "B": [(MONDAY, 0, CALM)]}, "5m")
    rows = [row_of(panel, 0), row_of(panel, 1), row_of(panel, 0, pattern="down", side=-1, stop=102.0)]
    store = InMemory()
    book_of(panel, store).step(panel, rows, through=reached(panel))
    assert len(store.known()) == 3


def test_every_change_is_an_event_in_order_with_when_it_was_known_and_written_before_it_is_told():
    panel = intraday({"A": [(MONDAY, 0, CALM), (MONDAY, 1, CALM), (MONDAY, 2, (100, 103, 99, 102))]}, "5m")
    store, heard = InMemory(), []

    def tell(event):
        heard.append(event)
        assert store.known()[event.setup_key].at(event.after).at == event.at

    book = book_of(panel, store, tell=tell)
    opened = panel.time[0]
    told = play(book, panel, [row_of(panel, 0)], [1, 2])
    assert told == heard
    five = 300_000_000
    ways = [("", "active", 1), ("active", "triggered", 2), ("triggered", "closed", 3)]
    assert [(one.before, one.after, (one.at - opened) / five) for one in told] == ways
    assert book.open == ()


def test_what_triggers_and_closes_in_one_step_is_two_events():
    panel = intraday({"A": [(MONDAY, 0, CALM), (MONDAY, 1, (100, 103, 99, 102))]}, "5m")
    told = book_of(panel).step(panel, [row_of(panel, 0)], through=reached(panel))
    assert [one.after for one in told] == ["active", "triggered", "closed"]
    assert [one.before for one in told] == ["", "active", "triggered"]


def test_a_trigger_beyond_the_target_is_a_cancel_with_its_reason():
    panel = intraday({"A": [(MONDAY, 0, CALM), (MONDAY, 1, (105, 106, 104, 105))]}, "5m")
    told = book_of(panel).step(panel, [row_of(panel, 0)], through=reached(panel))
    assert (told[-1].after, told[-1].reason) == ("cancelled", BEYOND)


# --------------------------------------------------------------------------------------------- withdrawn and by hand


def test_a_withdrawn_row_cancels_its_signal_before_it_triggers_and_silences_nobody():
    panel = intraday({"A": [(MONDAY, 0, CALM)]}, "5m")
    store, row = InMemory(), row_of(panel, 0)
    book = book_of(panel, store)
    book.step(panel, [row], through=reached(panel))
    (told,) = book.step(panel, [], [row], through=reached(panel))
    assert (told.before, told.after, told.reason) == ("active", "cancelled", WITHDRAWN)
    later = intraday({"A": [(MONDAY, 1, CALM)]}, "5m")
    assert len(book.step(later, [row_of(later, 0)], through=reached(later))) == 1
    again = book_of(panel, store)
    assert [one.key.bar_time for one in again.open] == [row_of(later, 0)["bar_time"]]


def test_what_was_traded_before_its_row_was_withdrawn_goes_on():
    panel = intraday({"A": [(MONDAY, 0, CALM), (MONDAY, 1, CALM)]}, "5m")
    book, row = book_of(panel), row_of(panel, 0)
    book.step(panel, [row], through=reached(panel))
    assert book.step(panel, [], [row], through=reached(panel)) == []
    assert len(book.open) == 1


def test_a_row_that_changed_is_the_signal_that_was_said():
    panel = intraday({"A": [(MONDAY, 0, CALM)]}, "5m")
    store, row = InMemory(), row_of(panel, 0)
    book = book_of(panel, store)
    book.step(panel, [row], through=reached(panel))
    assert book.step(panel, [{**row, "stop": 97.0}], [row], through=reached(panel)) == []
    assert [one.row["stop"] for one in store.known().values()] == [98.0]


def test_a_signal_that_somebody_cancels_meanwhile_changes_no_more():
    panel = intraday({"A": [(MONDAY, 0, CALM), (MONDAY, 1, CALM)]}, "5m")
    first, second = pieces(panel, [1])
    store = InMemory()
    book = book_of(panel, store)
    book.step(first, [row_of(panel, 0)], through=reached(first))
    (key,) = store.known()
    store.note([], [Noted(key, Change("cancelled", 1, "no_trade", "by hand"))])
    assert book.step(second, through=reached(second)) == []
    assert book.open == ()


def test_what_a_full_disk_kept_from_being_written_is_written_and_told_with_the_next_step():
    panel = intraday({"A": [(MONDAY, 0, CALM), (MONDAY, 1, (100, 103, 99, 102))]}, "5m")
    store, write = InMemory(), InMemory.note

    def full(*_):
        raise TryAgain("no room")

    book = book_of(panel, store)
    store.note = full
    for _ in range(2):
        with pytest.raises(TryAgain):
            book.step(panel, [row_of(panel, 0)], through=reached(panel))
    store.note = write.__get__(store)
    assert [one.after for one in book.step(panel, through=reached(panel))] == ["active", "triggered", "closed"]
    assert [one.status for one in store.known().values()] == ["closed"]


def test_rows_without_a_side_make_no_signal():
    panel = intraday({"A": [(MONDAY, 0, CALM)]}, "5m")
    store = InMemory()
    book_of(panel, store).step(panel, [{**row_of(panel, 0), "direction": "NONE"}], through=reached(panel))
    assert not store.known()


LEVEL_BAR = [(MONDAY, 0, CALM), (MONDAY, 1, (100, 101.2, 99, 100.5))]


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_intrabar_row_triggers_at_its_level_in_its_own_bar_whatever_the_close_says(confirmed):
    panel = intraday({"A": LEVEL_BAR}, "5m")
    store, first = InMemory(), panel.until(int(panel.time[0]))
    row = row_of(panel, 1, entry=101.1, stop=98.0, labels=["intrabar"])
    book = book_of(panel, store)
    assert [one.after for one in book.step(first, [row], through=reached(first) + 60_000_000)] == ["active"]
    at_close = [row_of(panel, 1, entry=100.5, stop=98.0)] if confirmed else []
    told = book.step(panel, at_close, [row], through=reached(panel))
    assert [(one.before, one.after) for one in told] == [("active", "triggered")]
    (one,) = store.known().values()
    assert (one.kind, one.history[-1].price, one.row["entry"]) == ("level", 101.1, 101.1)


def test_a_split_overnight_takes_the_levels_along():
    before = daily({"A": {0: CALM, 1: CALM}})
    book = book_of(before)
    book.step(before, [row_of(before, 0)], through=reached(before))
    book.rebase({"A": 0.5, "B": 3.0})
    after = daily({"A": {2: (50, 51.25, 49.5, 51)}})
    told = book.step(after, through=reached(after))
    assert [one.after for one in told] == ["closed"]


# -------------------------------------------------------------------------------------------------- after a restart


def test_a_book_that_is_opened_again_goes_on_where_the_log_stands(tmp_path):
    panel, rows = drawn_rows(5, "30m")
    whole = InMemory()
    play(book_of(panel, whole), panel, rows, every_bar(panel))
    told = []
    for stop in (15, 33, 60, 200):
        bars = np.unique(panel.time)
        upto = panel.until(int(bars[min(stop, bars.size - 1)]))
        told += play(book_of(panel, SignalLog(tmp_path, "live")), upto, rows, every_bar(upto))
    assert facts(SignalLog(tmp_path, "live")) == facts(whole)
    assert len(told) == len({(one.setup_key, one.after) for one in told})


def facts(store) -> dict:
    """Return what is known of every signal."""
    return {key: one.history for key, one in store.known().items()}


def test_a_kill_at_any_byte_of_the_log_loses_nothing_and_doubles_nothing(tmp_path):
    panel, rows = drawn_rows(11, "1d")
    log = SignalLog(tmp_path / "whole", "live")
    play(book_of(panel, log), panel, rows, every_bar(panel))
    text = log.path.read_bytes()
    assert text.count(b"\n") > 20
    for cut in [*range(0, len(text), max(1, len(text) // 50)), len(text) - 1]:
        torn = SignalLog(tmp_path / f"{cut}", "live")
        torn.path.parent.mkdir(parents=True)
        torn.path.write_bytes(text[:cut])
        play(book_of(panel, torn), panel, rows, [20])
        assert facts(SignalLog(tmp_path / f"{cut}", "live")) == facts(log), cut


KILLED = """
import os, signal, sys
from pathlib import Path
from tapehawk.data import signal_log
from tapehawk.data.signal_log import SignalLog
from tests.scan.signal_rows import drawn_rows
from tests.scan.test_signal_book import book_of, every_bar, play

left, write = int(sys.argv[2]), os.pwrite

def torn(file, data, at):
    global left
    if len(data) > left:
        write(file, data[:left], at)
        os.kill(os.getpid(), signal.SIGKILL)
    left -= len(data)
    return write(file, data, at)

os.pwrite = torn
panel, rows = drawn_rows(11, "1d")
play(book_of(panel, SignalLog(Path(sys.argv[1]), "live")), panel, rows, every_bar(panel))
"""


@pytest.mark.parametrize("survives", [1, 3_000, 9_001])
def test_a_killed_process_is_gone_on_from(tmp_path, survives):
    script = [sys.executable, "-c", KILLED, str(tmp_path), str(survives)]
    folder = Path(__file__).parents[2]
    killed = subprocess.run(script, cwd=folder, env={**os.environ, "PYTHONPATH": f"{folder}/src:{folder}"}, check=False)
    assert killed.returncode == -signals_of_the_system.SIGKILL
    panel, rows = drawn_rows(11, "1d")
    whole, log = InMemory(), SignalLog(tmp_path, "live")
    assert 0 < log.path.stat().st_size <= survives
    play(book_of(panel, whole), panel, rows, every_bar(panel))
    play(book_of(panel, log), panel, rows, every_bar(panel))
    assert facts(SignalLog(tmp_path, "live")) == facts(whole)


def test_only_the_books_own_series_and_clock_go_on(tmp_path):
    panel = intraday({"A": [(MONDAY, 0, CALM)]}, "5m")
    store = InMemory()
    book_of(panel, store).step(panel, [row_of(panel, 0)], through=reached(panel))
    assert len(book_of(panel, store).open) == 1
    assert book_of(replace(panel, hours="extended"), store).open == ()
    assert SignalBook(Clock.of(panel), "us:other", store).open == ()
    assert book_of(panel, store).since == 19_793
    assert book_of(panel).since is None
