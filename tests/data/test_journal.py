"""The journal: what it acknowledged is there after a crash, once, and goes into the store once."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.bars import check_bars
from tapehawk.core.errors import CorruptStore, NoData, TryAgain
from tapehawk.core.series import Series
from tapehawk.data import store
from tapehawk.data.journal import BAR, RECORD, Journal, Tape, bars_at, journal_path
from tapehawk.data.open_session import OpenSession, frame_of, sound_bars
from tapehawk.data.sealing import newest_bars, seal, seal_ended
from tests.data.scripted import DAY, MINUTE, OPEN, SIM, bar


@pytest.fixture
def journal(root):
    return Journal(root, SIM, DAY)


def records(*times: int) -> np.ndarray:
    rows = np.zeros(len(times), BAR)
    rows["time"], rows["close"] = times, np.arange(len(times)) + 1.0
    return rows


def write(journal: Journal, *batches: tuple[int, ...]) -> None:
    journal.number_all(["AAA"])
    for times in batches:
        journal.append(records(*times))


def read(journal: Journal) -> list[int]:
    return Tape(journal.path).read_on()[0]["time"].tolist()


# ------------------------------------------------------------------------------------------- the file


def test_the_disk_is_waited_for_only_where_something_new_was_written(journal, monkeypatch):
    waits: list[int] = []
    monkeypatch.setattr(os, "fdatasync", waits.append)
    journal.sync()
    journal.sync()
    write(journal, (1, 2))
    journal.sync()
    journal.sync()
    assert len(waits) == 2, "the head and the bars"


def test_a_bar_is_one_record_of_64_bytes():
    assert BAR.itemsize == RECORD


def test_what_was_written_is_read_back_with_names_and_whose_bars_they_are(journal):
    journal.number_all(["AAA", "BRK.B", "ÅÄÖ"])
    first = journal.append(records(1, 2, 3))
    tape = Tape(journal.path)
    bars, numbers = tape.read_on()
    assert tape.names == ["AAA", "BRK.B", "ÅÄÖ"]
    assert (tape.about.series, tape.about.session) == (SIM, DAY)
    assert bars.tobytes() == records(1, 2, 3).tobytes()
    assert numbers.tolist() == [first, first + 1, first + 2]
    assert bars_at(journal.path, numbers[1:]).tobytes() == records(1, 2, 3)[1:].tobytes()


def test_a_reader_goes_on_where_it_stopped_and_can_stop_at_an_offset(journal):
    write(journal, (1, 2))
    tape, middle = Tape(journal.path), journal.size
    assert tape.read_on()[0]["time"].tolist() == [1, 2]
    write(journal, (3,))
    assert tape.read_on()[0]["time"].tolist() == [3]
    assert tape.read_on()[0].size == 0
    assert Tape(journal.path).read_on(until=middle)[0]["time"].tolist() == [1, 2]


def test_a_long_journal_is_read_in_parts(journal):
    write(journal, (1, 2), (3,), (4, 5))
    tape = Tape(journal.path)
    assert [tape.read_on(most=2)[0]["time"].tolist() for _ in range(4)] == [[1, 2], [3, 4, 5], [], []]


def test_one_process_writes(root, journal):
    with pytest.raises(TryAgain, match="another process writes"):
        Journal(root, SIM, DAY)
    journal.close()
    Journal(root, SIM, DAY).close()


@pytest.mark.parametrize("torn", [1, 63, 64, 65, 127, 128, 191])
def test_a_torn_tail_is_not_read_and_is_cut_off_by_the_next_writer(root, journal, torn):
    write(journal, (1, 2))
    whole = journal.size
    write(journal, (3, 4))
    journal.close()
    os.truncate(journal.path, whole + torn)
    assert read(journal) == [1, 2]
    again = Journal(root, SIM, DAY)
    assert (again.size, again.path.stat().st_size) == (whole, whole)
    assert again.path.with_suffix(".cut").stat().st_size == torn
    write(again, (5,))
    assert read(again) == [1, 2, 5]


@pytest.mark.parametrize("at", [3, 20, 70, 150])
def test_a_batch_whose_bytes_are_wrong_is_not_read(journal, at):
    write(journal, (1, 2))
    whole = journal.size
    write(journal, (3, 4))
    with journal.path.open("r+b") as file:
        file.seek(whole + at)
        byte = file.read(1)
        file.seek(whole + at)
        file.write(bytes([byte[0] ^ 1]))
    assert read(journal) == [1, 2]


def test_zeros_behind_the_last_batch_are_a_torn_tail(root, journal):
    write(journal, (1,))
    journal.close()
    with journal.path.open("ab") as file:
        file.write(bytes(4096))
    assert read(Journal(root, SIM, DAY)) == [1]


def test_a_full_disk_leaves_the_journal_as_it_was(journal, monkeypatch):
    write(journal, (1,))
    whole, real = journal.size, os.pwrite

    def full(file, data, at):
        if at > whole:
            raise OSError(28, "No space left on device")
        return real(file, data[:70], at)

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(TryAgain, match="no room left"):
        write(journal, (2, 3))
    assert journal.path.stat().st_size == whole
    monkeypatch.undo()
    write(journal, (4,))
    assert read(journal) == [1, 4]


def test_a_missing_journal_says_so(root):
    with pytest.raises(CorruptStore, match="can't be read"):
        Tape(journal_path(root, SIM, DAY)).read_on()


KILLED = """
    import itertools, os, sys
    from pathlib import Path
    from tests.data.scripted import DAY, SIM, bar
    from tapehawk.data.open_session import OpenSession

    opened = OpenSession(Path(sys.argv[1]), SIM, DAY)
    for minute in itertools.count():
        opened.take([bar(f"S{number}", minute % 390, 10.0 + minute, revision=minute // 390) for number in range(300)])
        os.write(1, f"{minute}\\n".encode())
"""


@pytest.mark.parametrize("seed", range(5))
def test_nothing_that_was_acknowledged_is_lost_when_the_process_is_killed(root, seed):
    command = [sys.executable, "-c", textwrap.dedent(KILLED), root]
    working = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    acknowledged = -1
    for _ in range(int(np.random.default_rng(seed).integers(1, 200))):
        acknowledged = int(working.stdout.readline())
    os.kill(working.pid, signal.SIGKILL)
    acknowledged = max([acknowledged, *map(int, working.communicate()[0].split())])
    again = OpenSession(root, SIM, DAY)
    bars, _ = newest_bars(again.journal.path)
    minutes = np.bincount((bars["time"] - OPEN) // MINUTE, minlength=630)
    assert np.array_equal(again.arrived[330:], minutes)
    closes = bars["close"][bars["symbol"] == 7]
    assert closes.size >= min(acknowledged + 1, 390)
    assert closes.max() >= 10.0 + acknowledged


# ------------------------------------------------------------------------------------------- sealed


def opened_with(root, *bars) -> OpenSession:
    session = OpenSession(root, SIM, DAY)
    session.take(bars)
    return session


def stored(root):
    return store.read_bars(root, SIM).drop("adjusted_as_of")


def test_a_session_is_sealed_into_the_store_once(root):
    session = opened_with(root, bar("AAA", 0), bar("BBB", 1), bar("AAA", 0, 11.0, revision=1))
    sealed = seal(root, session.journal).stored
    assert (sealed.new, sealed.revised) == (2, 0)
    assert stored(root).select("symbol", "close").rows() == [("AAA", 11.0), ("BBB", 10.0)]
    assert seal_ended(root, OPEN + 10**12) == {}


def test_what_is_sealed_is_checked_as_every_write_is(root):
    closes = [10.0 if minute != 200 else 90.0 for minute in range(390)]
    session = opened_with(root, *(bar("AAA", minute, close) for minute, close in enumerate(closes)))
    assert "spike" in seal(root, session.journal).findings["kind"]


def test_a_seal_killed_before_its_end_is_completed_by_the_next(root, monkeypatch):
    session = opened_with(root, bar("AAA", 0))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(session.journal.path), "rename", killed)
        with pytest.raises(KeyboardInterrupt):
            seal(root, session.journal)
    session.journal.close()
    ((_, again),) = seal_ended(root, OPEN + 10**12).items()
    assert (again.stored.new, again.stored.revised, again.stored.unchanged) == (0, 0, 1)
    assert stored(root).height == 1
    assert not session.journal.path.exists()


def test_journals_of_sessions_that_go_on_or_are_written_are_left_alone(root):
    session = opened_with(root, bar("AAA", 0))
    assert seal_ended(root, OPEN + 10**12) == {}
    session.close()
    assert seal_ended(root, OPEN) == {}
    assert len(seal_ended(root, session.places.ends)) == 1


def test_a_correction_after_the_seal_is_sealed_as_a_revision_and_an_old_revision_is_not(root):
    seal(root, opened_with(root, bar("AAA", 0), bar("AAA", 1, 12.0, revision=1)).journal)
    session = opened_with(root, bar("AAA", 0, 13.0, revision=1), bar("AAA", 1, 9.0, revision=0))
    sealed = seal(root, session.journal).stored
    assert (sealed.new, sealed.revised) == (0, 1)
    assert stored(root)["close"].to_list() == [13.0, 12.0]


def test_sealed_journals_are_kept_ninety_days(root):
    session = opened_with(root, bar("AAA", 0))
    seal(root, session.journal)
    day = 86_400_000_000
    seal_ended(root, OPEN + 89 * day)
    assert session.journal.sealed_path.exists()
    seal_ended(root, OPEN + 92 * day)
    assert not session.journal.sealed_path.exists()


def test_an_empty_session_is_sealed_without_a_row(root):
    seal(root, OpenSession(root, SIM, DAY).journal)
    with pytest.raises(NoData):
        stored(root)


def test_an_offset_names_the_bars_as_they_were(root):
    session = opened_with(root, bar("AAA", 0))
    offset = session.journal.size
    session.take([bar("AAA", 0, 11.0, revision=1), bar("BBB", 0)])
    assert newest_bars(session.journal.path, until=offset)[0]["close"].tolist() == [10.0]
    assert newest_bars(session.journal.path)[0]["close"].tolist() == [11.0, 10.0]
    seal(root, session.journal)
    assert newest_bars(session.journal.path, until=offset)[0]["close"].tolist() == [10.0]


# ------------------------------------------------------------------------------------------- upserts

price = st.one_of(st.floats(-1, 100), st.sampled_from([0.0, np.nan, np.inf, -np.inf, 1e-300]))


@given(st.lists(st.tuples(price, price, price, price, st.one_of(price, st.just(1e14))), min_size=1, max_size=20))
def test_a_record_is_sound_exactly_when_it_obeys_the_bar_contract(values):
    rows = np.zeros(len(values), BAR)
    rows["time"] = np.arange(rows.size)
    for name, column in zip(("open", "high", "low", "close", "volume"), zip(*values, strict=True), strict=True):
        rows[name] = column
    frame = frame_of(rows, ["AAA"])
    good = check_bars(frame).good["time"].to_physical().to_list()
    assert np.flatnonzero(sound_bars(rows, "us")).tolist() == good


@pytest.fixture
def opened(root):
    session = OpenSession(root, SIM, DAY)
    yield session
    session.close()


def test_bars_are_new_then_duplicate_then_revised_and_an_older_revision_says_nothing(opened):
    first = opened.take([bar("AAA", 0), bar("AAA", 1)])
    again = opened.take([bar("AAA", 0)])
    later = opened.take([bar("AAA", 0, 12.0, revision=2)])
    older = opened.take([bar("AAA", 0, 11.0, revision=1)])
    assert (first.new, again.duplicate, later.revised, older.outdated) == (2, 1, 1, 1)
    assert [taken.which.size for taken in (first, again, later, older)] == [2, 0, 1, 0]
    assert newest_bars(opened.journal.path)[0]["close"].tolist() == [12.0, 10.0]


def test_a_correction_that_is_not_numbered_is_taken_by_its_coming_later(opened):
    opened.take([bar("AAA", 0)])
    opened.take([bar("AAA", 0, 11.0)])
    assert opened.take([bar("AAA", 0)]).outdated == 1
    found = newest_bars(opened.journal.path)[0]
    assert (found["close"].tolist(), found["revision"].tolist()) == ([11.0], [1])


def test_bars_that_are_none_or_outside_the_session_are_refused_and_counted(opened):
    nan, odd = bar("AAA", 0, float("nan")), msgspec.structs.replace(bar("AAA", 1), time=OPEN + 7)
    taken = opened.take([nan, odd, bar("AAA", 24 * 60), bar("AAA", 2)])
    assert taken.refused == {"not a bar": 1, "outside the session": 2}
    assert (taken.new, taken.which.tolist()) == (1, [3])


def test_history_corrects_what_differs_and_repeats_nothing(opened):
    opened.take([bar("AAA", 0), bar("AAA", 1, 11.0)])
    right = OpenSession(opened.journal.path.parent / "other", SIM, DAY)
    right.take([bar("AAA", 0), bar("AAA", 1, 12.0), bar("BBB", 1)])
    history = frame_of(*newest_bars(right.journal.path))
    taken = opened.fill(history, OPEN)
    assert (taken.new, taken.revised, taken.duplicate) == (1, 1, 1)
    assert opened.take([bar("AAA", 1, 11.0)]).outdated == 1
    assert opened.fill(history, OPEN).which.size == 0


def test_memory_does_not_grow_with_the_bars_of_a_session(opened):
    before = opened.places._record.nbytes
    for minute in range(200):
        opened.take([bar("AAA", minute)])
    assert opened.places._record.nbytes == before


def test_a_session_opened_again_knows_what_it_had(root):
    opened_with(root, *(bar("AAA", minute) for minute in range(5))).close()
    again = opened_with(root, bar("AAA", 3), bar("AAA", 5))
    assert again.arrived.sum() == 6
    assert Tape(again.journal.path).read_on()[0].size == 6


def test_a_session_of_another_year_and_of_coins_has_its_own_hours(root):
    coins = OpenSession(root, Series("sim", "sim", timeframe="5m", market="crypto"), dt.date(2024, 2, 29))
    assert coins.places.slots == 288
    half_day = OpenSession(root, SIM, dt.date(2024, 7, 3))
    assert half_day.places.slots == 13 * 60
