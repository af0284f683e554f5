"""A sync killed with signal 9 at any point: the store is whole, and the next sync completes it."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import textwrap
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.bars import KEYS
from tapehawk.data.providers.door import Wanted
from tapehawk.data.writers import named_files
from tests.data.syncs import FIRST, LAST, MARKET, assert_stored, clock_at, polygon, stored, synced
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated

TRUTH = simulated()
NAMES = tuple(TRUTH.daily["symbol"].unique().sort())
SHORT = replace(MARKET, end=MARKET.start)
FILES = 112  # nearly as many as a whole sync makes

SYNC = """
    import os, signal, threading, datetime as dt
    from pathlib import Path
    from tapehawk.data.sync import fetching
    from tapehawk.data.providers.door import Wanted
    from tests.data.syncs import MARKET, polygon, clock_at, synced
    from tests.fakes.massive import FakeMassive

    root, url, key, names, files = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4].split(","), int(sys.argv[5])
    fetching.STEPS_A_COMMIT = 2

    class There:
        plan = ""
    There.url, There.key = url, key

    def watch():
        while sum(1 for _ in root.rglob("*")) < files:
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    synced(root, polygon(There, clock_at()))
    synced(root, polygon(There, clock_at()), Wanted("1m", tuple(names), MARKET.start, MARKET.end))
    print("finished")
"""


def killed_at(root, fake, files):
    """Sync in a process of its own until the store has so many files; return what it printed."""
    source = "import sys; sys.argv = ['program', *sys.argv[1:]]\n" + textwrap.dedent(SYNC)
    arguments = [root, fake.url, fake.key, ",".join(NAMES[:4]), files]
    done = subprocess.run(
        [sys.executable, "-c", source, *map(str, arguments)],
        cwd=pytest.importorskip("tests").__path__[0] + "/..",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.stdout, done.returncode) in (("", -9), ("finished\n", 0)), done.stderr
    return done.stdout


def assert_whole(root):
    """Hold a store to the truth as far as it goes: no bar untrue, none twice, no step done without its bars."""
    minutes = TRUTH.minutes.filter(pl.col("symbol").is_in(NAMES[:4]))
    for timeframe, truth in (("1d", TRUTH.daily), ("1m", minutes)):
        bars = stored(root, timeframe)
        assert not bars.select(KEYS).is_duplicated().any()
        assert bars.join(truth, on=bars.columns, how="anti").is_empty()
        for step in steps_done(root, timeframe):
            expected = truth_of(truth, step)
            assert expected.join(bars, on=bars.columns, how="anti").is_empty(), step


def steps_done(root, timeframe):
    """Return the steps that the ledger says are done; a last line may be cut short."""
    path = root / "sync" / "polygon.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    whole = [line for line in lines if line.endswith("}")]
    return [step for line in whole if (step := json.loads(line)["step"]).startswith(f"{timeframe}|")]


def truth_of(truth, step):
    """Return the bars that a step stands for: `1d|DATE`, or `1m|HOURS|SYMBOL|FIRST|LAST`."""
    parts = step.split("|")
    day = pl.col("time").dt.convert_time_zone("UTC" if parts[0] == "1d" else "America/New_York").dt.date().cast(str)
    if parts[0] == "1d":
        return truth.filter(day == parts[1])
    return truth.filter(pl.col("symbol") == parts[2], day.is_between(pl.lit(parts[3]), pl.lit(parts[4])))


def orphans(root):
    """Return the data files that no version names, of the tables that were written to since the kill."""
    found = []
    for table in ("bars_1d", "bars_1m"):
        named = named_files(root / table)
        files = [path for path in (root / table).rglob("*.parquet*") if "_delta_log" not in path.parts]
        found += [path.name for path in files if str(path.relative_to(root / table)) not in named]
    return found


def check(root, files):
    with FakeMassive(TRUTH) as fake:
        killed_at(root, fake, files)
        assert_whole(root)
        synced(root, polygon(fake, clock_at()))
        synced(root, polygon(fake, clock_at()), Wanted("1m", NAMES[:4], FIRST, LAST))
    assert_stored(root, TRUTH.daily)
    assert_stored(root, TRUTH.minutes.filter(pl.col("symbol").is_in(NAMES[:4])), timeframe="1m")


@pytest.mark.parametrize("files", random.Random(3).sample(range(1, FILES), 5))
def test_a_sync_killed_at_any_point_leaves_a_whole_store_that_the_next_one_completes(root, files):
    check(root, files)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(50))
def test_a_sync_killed_at_many_random_points_leaves_a_whole_store_that_the_next_one_completes(root, seed):
    check(root, random.Random(seed).randrange(1, FILES))


def test_planted_a_step_noted_before_its_bars_are_stored_is_found(root):
    with FakeMassive(TRUTH) as fake:
        synced(root, polygon(fake, clock_at()), SHORT)
    ledger = root / "sync" / "polygon.jsonl"
    ledger.write_text(
        ledger.read_text() + json.dumps({"step": "1d|2026-11-05", "table": "bars_1d", "version": 1}) + "\n"
    )
    with pytest.raises(AssertionError, match="2026-11-05"):
        assert_whole(root)
