"""What was told is remembered: numbered, whole or not at all, and folded to what a listener holds."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.core.errors import TryAgain
from tapehawk.scan.session_rows import Changes
from tapehawk.scan.told import Told, unfinished


def row(symbol: str, score: float = 50.0, labels=()) -> dict:
    key = {"scanner": "gap", "pattern": "up", "symbol": symbol, "bar_time": "09:35"}
    return {**key, "score": score, "stop": None, "labels": list(labels)}


A, B, C, T = row("AAA"), row("BBB"), row("CCC"), row("TTT", labels=["intrabar"])
A2 = row("AAA", score=60.5)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "told" / "2024-01-03.told"


def told(path, *changes: Changes) -> Told:
    return told_more(Told(path), *changes)


def told_more(log: Told, *changes: Changes) -> Told:
    for one in changes:
        log.note(one, 1000 * (log.number + 1))
        log.confirm()
    return log


def reopened(log: Told, path) -> Told:
    log.close()
    return Told(path)


def test_a_log_that_goes_on_knows_what_its_listener_holds(path):
    first = Changes([A, B, T], events=[A])
    second = Changes([A2, C], withdrawn=[A, B, T], events=[A2, C], retracted=[A])
    log = reopened(told(path, first), path)
    assert list(log.heard().later.values()) == [A, T]
    log = reopened(told_more(log, second), path)
    assert (log.number, log.seen, log.unconfirmed) == (2, 2000, None)
    assert list(log.heard().later.values()) == [A2, C]


def test_what_was_noted_and_not_confirmed_is_given_back_to_be_told_again(path):
    log = told(path, Changes([A], events=[A]))
    log.note(Changes([T, B], withdrawn=[A], events=[B], retracted=[A]), 2000)
    log = reopened(log, path)
    assert (log.number, log.unconfirmed) == (2, Changes([T], events=[B], retracted=[A]))
    log.note(Changes(events=[C]), 3000)
    log = reopened(log, path)
    assert (log.confirmed, log.unconfirmed) == (1000, Changes(events=[C]))
    assert log.left == Changes([T], events=[B, C], retracted=[A]), "all that may not have been heard"
    log.confirm()
    log = reopened(log, path)
    assert (log.unconfirmed, log.left, log.confirmed) == (None, Changes(), 3000)


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_that_is_not_whole_was_never_told(path, cut):
    log = told(path, Changes([A], events=[A]))
    whole = path.stat().st_size
    log.note(Changes(events=[B]), 2000)
    log.close()
    path.write_bytes(path.read_bytes()[:-cut])
    log = Told(path)
    assert (log.number, log.unconfirmed, path.stat().st_size) == (1, None, whole)
    log.note(Changes(events=[C]), 3000)
    assert list(reopened(log, path).heard().later.values()) == [A, C]


def test_a_line_with_a_flipped_bit_ends_the_log_before_it(path):
    told(path, Changes(events=[A]), Changes(events=[B])).close()
    content = bytearray(path.read_bytes())
    content[content.index(b"BBB")] ^= 1
    path.write_bytes(content)
    assert list(Told(path).heard().later.values()) == [A]


def test_two_processes_do_not_tell_the_same_session(path):
    log = Told(path)
    with pytest.raises(TryAgain, match="another process"):
        Told(path)
    log.close()


def test_sessions_that_were_not_told_to_their_end_are_named_and_the_others_go(tmp_path):
    for day in (2, 3, 4, 5):
        log = told(tmp_path / f"2024-01-0{day}.told", Changes([A]))
        if day != 3:
            log.end()
        log.close()
    left = unfinished(tmp_path, dt.date(2024, 1, 5))
    assert [path.stem for path in left] == ["2024-01-03"]
    assert sorted(path.stem for path in tmp_path.glob("*.told")) == ["2024-01-03", "2024-01-05"]


def test_rows_come_back_as_they_were(path):
    odd = {**A, "score": 0.1 + 0.2, "labels": ["simulated"], "volume": 1e12, "risk": 12.0, "name": "ß \n \u2028"}
    log = reopened(told(path, Changes([odd], events=[odd])), path)
    assert list(log.heard().later.values()) == [odd]
