"""What was told is remembered: numbered, whole or not at all, and folded to what a listener holds."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.core.errors import TryAgain
from tapehawk.scan.session_rows import Changes
from tapehawk.scan.told import Told, unfinished


def row(symbol: str, bar: int = 1, score: float = 50.0) -> dict:
    return {
        "scanner": "gap",
        "pattern": "up",
        "symbol": symbol,
        "bar_time": f"09:{bar:02}",
        "score": score,
        "stop": None,
    }


A, B, C = row("AAA"), row("BBB"), row("CCC")
A2 = row("AAA", score=60.5)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "told" / "2024-01-03.told"


def told(path, *changes: Changes) -> Told:
    log = Told(path)
    for one in changes:
        log.note(one, 1000 * (log.number + 1))
        log.confirm()
    return log


def reopened(log: Told, path) -> Told:
    log.close()
    return Told(path)


def test_a_log_that_goes_on_knows_what_its_listener_holds(path):
    first = Changes([A, B], events=[A])
    second = Changes([A2, C], withdrawn=[A, B], events=[A2, C], retracted=[A])
    log = reopened(told(path, first, second), path)
    rows = log.rows()
    assert (log.number, log.through, log.unconfirmed) == (2, 2000, None)
    assert list(rows.every.values()) == [A2, C]
    assert list(rows.events.values()) == [A2, C]


def test_what_was_noted_and_not_confirmed_is_given_back_to_be_told_again(path):
    log = told(path, Changes([A], events=[A]))
    log.note(Changes([B], withdrawn=[A], retracted=[A]), 2000)
    log = reopened(log, path)
    assert (log.number, log.unconfirmed) == (2, Changes([B], withdrawn=[A], retracted=[A]))
    log.confirm()
    assert reopened(log, path).unconfirmed is None


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_a_line_that_is_not_whole_was_never_told(path, cut):
    log = told(path, Changes([A], events=[A]))
    whole = path.stat().st_size
    log.note(Changes([B]), 2000)
    log.close()
    path.write_bytes(path.read_bytes()[:-cut])
    log = Told(path)
    assert (log.number, log.unconfirmed, path.stat().st_size) == (1, None, whole)
    log.note(Changes([C]), 3000)
    assert list(reopened(log, path).rows().every.values()) == [A, C]


def test_a_line_with_a_flipped_bit_ends_the_log_before_it(path):
    told(path, Changes([A]), Changes([B])).close()
    content = bytearray(path.read_bytes())
    content[content.index(b"BBB")] ^= 1
    path.write_bytes(content)
    assert list(Told(path).rows().every.values()) == [A]


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
    assert list(log.rows().every.values()) == [odd]
