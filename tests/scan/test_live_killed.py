"""A live scan killed with signal 9 at any point: its lives together tell what an unbroken one tells, each once."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.scan.hit_table import key_of
from tests.data.scripted import MINUTE, SIM
from tests.scan.live_market import DAY, HOURS, filled, of_day

HERE = pytest.importorskip("tests").__path__[0] + "/.."
LIVES = 3  # two that are killed, and one that comes to the end


@dataclass
class Told:
    """What a listener that drops numbers it has heard holds, and heard in all."""

    held: dict
    every: set


@dataclass(frozen=True)
class Unbroken:
    """A store with a month of minutes and some of a day; how many writes an unbroken run takes; what it told."""

    store: Path
    writes: int
    told: Told


@pytest.fixture(scope="module")
def hour(tmp_path_factory) -> Unbroken:
    """The first hour of a session."""
    return unbroken(tmp_path_factory.mktemp("hour"), HOURS.open + 60 * MINUTE)


@pytest.fixture(scope="module")
def session(tmp_path_factory) -> Unbroken:
    """A whole session."""
    return unbroken(tmp_path_factory.mktemp("session"), HOURS.close)


def unbroken(root: Path, until: int) -> Unbroken:
    """Play a session up to an instant, killed by nobody."""
    stored = filled(root / "store", until=us_calendar().previous(DAY))
    minutes = pl.col("time").to_physical().is_between(HOURS.open, until)
    store.append_bars(stored, [(SIM, of_day().filter(minutes))])
    done = lived(stored, root, 0)
    assert done.returncode == 0, done.stderr
    assert [*(root / "root").rglob("*.summary")], "what was told has been summed up"
    return Unbroken(stored, int(done.stdout), heard(root))


def lived(stored: Path, root: Path, kill_at: int, *more: str) -> subprocess.CompletedProcess:
    arguments = [str(stored), str(root / "root"), str(root / "heard"), str(kill_at), *more]
    return subprocess.run(
        [sys.executable, "-m", "tests.scan.live_killed", *arguments],
        cwd=HERE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def heard(root) -> Told:
    """Hear everything that was told, each number once; nothing is told that is held already, or taken back twice."""
    told, numbers = Told({}, set()), {}
    for line in (root / "heard").read_text().splitlines(keepends=True):
        if not line.endswith("}\n"):
            continue  # the listener died while it wrote: it has not heard this
        news = json.loads(line[line.rindex('{"number"') :])
        if news["number"] in numbers:
            assert numbers[news["number"]] == news, "the same number says the same"
            continue
        assert news["number"] == len(numbers) + 1, "no number is left out"
        numbers[news["number"]] = news
        change(told.held, news["gone"], news["come"])
        told.every |= set(map(key_of, news["come"]))
    return told


def change(held: dict, gone: list, come: list) -> None:
    for row in gone:
        assert held.pop(key_of(row)) == row
    for row in come:
        assert key_of(row) not in held, "told twice"
        held[key_of(row)] = row


def check(right: Unbroken, root: Path, chance: random.Random) -> None:
    for _ in range(LIVES - 1):
        done = lived(right.store, root, chance.randrange(1, right.writes + 1))
        assert done.returncode in (-9, 0), done.stderr
    done = lived(right.store, root, 0)
    assert done.returncode == 0, done.stderr
    assert heard(root) == right.told


def test_the_hour_has_something_to_tell(hour):
    assert hour.writes > 100
    assert len(hour.told.every) > 50


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (3, 4, 5))])
def test_killed_twice_its_lives_together_tell_what_an_unbroken_run_tells(hour, tmp_path, seed):
    check(hour, tmp_path, random.Random(seed))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 150))
def test_killed_at_random_points_of_a_session_nothing_is_missed_and_nothing_said_twice(session, tmp_path, seed):
    check(session, tmp_path, random.Random(seed))


def test_planted_a_scan_that_forgets_what_it_told_is_found(hour, tmp_path):
    lived(hour.store, tmp_path, hour.writes // 2, "forget")
    lived(hour.store, tmp_path, 0, "forget")
    with pytest.raises(AssertionError):
        heard(tmp_path)
