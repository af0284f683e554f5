"""Rounds of scans: what is new and gone in each, errors that spoil no other scan, and a pace that is kept."""

from __future__ import annotations

import threading

import pytest

from tapehawk.core.errors import BadInput, NoData, OutOfBounds, TryAgain
from tapehawk.scan.rounds import Pace, Round, Rounds, repeated
from tests.fakes.clock import START, JumpingClock

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Answer:
    """A report of some rows."""

    def __init__(self, *rows: dict) -> None:
        self._rows = rows

    def rows(self):
        return iter(self._rows)


def row(symbol: str, **values) -> dict:
    return {"scanner": "gap", "pattern": "up", "symbol": symbol, "bar_time": "2026-11-27T14:30:00Z", **values}


class Script:
    """Answers what is written for each time it is asked; the last one again and again."""

    def __init__(self, *answers: object, time: JumpingClock | None = None, takes: float = 0.0) -> None:
        self._answers, self._time, self._takes = list(answers), time, takes

    def __call__(self):
        if self._time:
            self._time.pass_by(self._takes)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def changes(one: Round) -> list[tuple[list[str], list[str]]]:
    return [
        ([r["symbol"] for r in look.changes.added], [r["symbol"] for r in look.changes.withdrawn]) for look in one.looks
    ]


async def test_a_round_says_what_is_new_since_the_one_before_and_what_is_gone():
    script = Script(Answer(row("A"), row("B")), Answer(row("B"), row("C")), Answer(row("B", score=2), row("C")))
    rounds = Rounds({"gap": script}, at_once=1, clock=JumpingClock().clock)
    first, second, third = [await rounds.next() for _ in range(3)]
    assert changes(first) == [(["A", "B"], [])]
    assert changes(second) == [(["C"], ["A"])]
    assert changes(third) == [(["B"], ["B"])], "a row that changed is in both"
    assert [one.number for one in (first, second, third)] == [1, 2, 3]
    assert [r["symbol"] for r in third.rows] == ["B", "C"]
    assert first.at == START


@pytest.mark.parametrize("error", [NoData("nothing stored"), TryAgain("the disk is full")])
async def test_a_scan_that_fails_is_told_spoils_no_other_and_is_made_again(error):
    scans = {"gap": Script(Answer(row("A")), error, Answer(row("A"))), "lc": Script(Answer(row("Z")))}
    rounds = Rounds(scans, at_once=2, clock=JumpingClock().clock)
    await rounds.next()
    failed = await rounds.next()
    assert [look.error for look in failed.looks] == [error, None]
    assert [r["symbol"] for r in failed.rows] == ["A", "Z"], "its last rows stand until it answers again"
    assert changes(await rounds.next()) == [([], []), ([], [])]


async def test_a_question_that_is_wrong_is_an_error_at_once():
    with pytest.raises(BadInput):
        await Rounds({"gap": Script(BadInput("no"))}, at_once=1).next()


@pytest.mark.parametrize("at_once", [1, 2, 3])
async def test_no_more_scans_run_at_the_same_time_than_may_and_the_first_runs_alone(at_once):
    lock, here, most, alone = threading.Lock(), set(), [], []
    meeting = threading.Barrier(at_once) if at_once > 1 else None

    def scan(name: str):
        def run() -> Answer:
            with lock:
                here.add(name)
                most.append(len(here))
                alone.append((name, len(here)))
            if meeting and name != "s0":
                meeting.wait(timeout=60)  # all that may run together do
            with lock:
                here.remove(name)
            return Answer()

        return run

    scans = {f"s{number}": scan(f"s{number}") for number in range(1 + 2 * at_once)}
    await Rounds(scans, at_once=at_once).next()
    assert max(most) == at_once
    assert alone[0] == ("s0", 1)


async def test_how_long_a_scan_took_is_measured_by_the_clock():
    time = JumpingClock()
    rounds = Rounds({"gap": Script(Answer(), time=time, takes=0.25)}, at_once=1, clock=time.clock)
    assert (await rounds.next()).looks[0].took_ms == pytest.approx(250)


async def begun(pace: Pace, takes: float) -> tuple[list[float], float]:
    """When rounds began, and when it was over, in seconds from the start."""
    time = JumpingClock()
    rounds = Rounds({"gap": Script(Answer(), time=time, takes=takes)}, at_once=1, clock=time.clock)
    heard: list[Round] = []
    await repeated(rounds, heard.append, pace, clock=time.clock)
    return [(one.at - START) / 1e6 for one in heard], time.passed


@pytest.mark.parametrize(
    ("pace", "takes", "at", "ends"),
    [
        (Pace(30, 300), 0.0, [30.0 * n for n in range(10)], 300),
        (Pace(30, 100), 2.0, [0, 30, 60, 90], 100),
        (Pace(30, 100), 31.0, [0, 60], 100),  # a slow round: the next one that is due, none is made up for
        (Pace(30, 10), 0.0, [0], 10),
        (Pace(30, 10), 25.0, [0], 25),  # it is not cut off
    ],
)
async def test_rounds_begin_every_interval_from_the_start_for_as_long_as_asked(pace, takes, at, ends):
    assert await begun(pace, takes) == (at, ends)


class Enough(Exception):
    """A test has seen enough."""


async def test_without_a_duration_it_goes_on():
    time = JumpingClock()

    def hear(one: Round) -> None:
        if one.number == 50:
            raise Enough

    rounds = Rounds({"gap": Script(Answer())}, at_once=1, clock=time.clock)
    with pytest.raises(Enough):
        await repeated(rounds, hear, Pace(30), clock=time.clock)
    assert time.passed == 49 * 30


@pytest.mark.parametrize(("interval", "duration"), [(0, None), (-1, None), (30, 0), (30, -5)])
def test_a_pace_that_makes_no_sense_is_refused(interval, duration):
    with pytest.raises(OutOfBounds):
        Pace(interval, duration)
