"""A worker killed at any point of a range scan loses no row, doubles none, and does nothing twice that was written."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tapehawk.app.asking import Asked, run
from tapehawk.app.house import House
from tapehawk.app.range_scans import RangeAsked, execute
from tapehawk.app.scan_results import answer
from tapehawk.app.settings import settings
from tests.app.scanned_market import FIRST, LAST, SYMBOLS, cut_small, stored
from tests.jobs.conftest import until
from tests.records.tables import with_tables

pytestmark = pytest.mark.slow
SCANNER = "breakout"  # keeps the best of a session: rows of a part are not those of the whole
PARTS = SYMBOLS // 2


@pytest.fixture
def house(own_home, database_url, monkeypatch) -> Iterator[House]:
    """Return a house over each kind of database, and a market to scan."""
    cut_small(monkeypatch)
    made = House(settings())
    with_tables(made.database)
    stored(made.known.store)
    yield made
    made.close()


@pytest.fixture
def asked(house):
    """Return a scan that waits, and whose it is."""
    with house.database.write() as records:
        user = records.users.add(email="ada@example.org", password_hash="", role="user", now=house.now())
    config = {"min_price": 1, "breakout_volume_ratio": 0.5, "resistance_break_pct": 0}
    return user.id, execute(house, user.id, RangeAsked(SCANNER, FIRST, LAST, config=config))["id"]


@pytest.fixture
def worker(request, tmp_path):
    """Return what holds a worker process that takes its time, and the file of its parts."""
    log = tmp_path / "parts"
    log.touch()

    @contextmanager
    def held(seconds: float, lease: float = 4.0) -> Iterator[subprocess.Popen]:
        script = request.config.rootpath / "tests" / "app" / "range_scan_worker.py"
        path = os.pathsep.join([str(request.config.rootpath), os.environ.get("PYTHONPATH", "")])
        arguments = [sys.executable, str(script), str(log), str(seconds), str(lease)]
        process = subprocess.Popen(arguments, env={**os.environ, "PYTHONPATH": path})
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    held.begun = lambda: [int(line) // 2 for line in log.read_text().split()]
    return held


def state(house, scan_id):
    with house.database.read() as records:
        return records.scans.get(scan_id), set(records.scans.found(scan_id))


def text_of(house, asked):
    return json.loads(b"".join(answer(house, *asked).written()))


def is_the_whole(house, asked):
    """Say that the rows are those of one scan that nobody disturbed."""
    about = {"min_price": "1", "breakout_volume_ratio": "0.5", "resistance_break_pct": "0"}
    (report,) = run(house.known, Asked([SCANNER], start_date=FIRST, end_date=LAST, parameters=about))
    said = text_of(house, asked)
    assert said["status"] == "completed"
    assert json.dumps(said["results"]) == json.dumps(report.results)
    assert len(said["results"]) > 20
    return True


def test_killed_again_and_again_it_ends_completed_and_whole(house, asked, worker):
    chance, written = random.Random(11), []
    for _ in range(3):
        with worker(0.15) as process:
            more = len(worker.begun()) + chance.randint(1, 3)
            until(lambda more=more: len(worker.begun()) >= more)
            time.sleep(chance.uniform(0, 0.15))  # anywhere in a part, or in the writing of it
            process.send_signal(signal.SIGKILL)
            process.wait()
        row, parts = state(house, asked[1])
        assert row["status"] == "running"
        assert set(written) <= parts
        written = sorted(parts)
    begun = Counter(worker.begun())
    with worker(0.0):
        until(lambda: state(house, asked[1])[0]["status"] == "completed")
    again = Counter(worker.begun()) - begun
    assert sorted(again) == [part for part in range(PARTS) if part not in written]
    assert set(again.values()) == {1}
    assert is_the_whole(house, asked)


def test_a_process_that_sleeps_through_its_lease_and_wakes_up_changes_nothing(house, asked, worker):
    with worker(0.3) as sleeper:
        until(lambda: len(worker.begun()) >= 3)
        sleeper.send_signal(signal.SIGSTOP)
        with worker(0.0):
            until(lambda: state(house, asked[1])[0]["status"] == "completed")
        before = text_of(house, asked)["results"]
        sleeper.send_signal(signal.SIGCONT)
        other = execute(house, asked[0], RangeAsked("gap", FIRST, LAST))["id"]
        until(lambda: state(house, other)[0]["status"] == "completed")  # it is awake, and alone
    assert text_of(house, asked)["results"] == before
    assert is_the_whole(house, asked)


def test_a_scan_whose_workers_are_lost_too_often_is_interrupted_and_keeps_what_it_found(house, asked, worker):
    with house.database.write() as records:
        records._connection.execute(sa.text("UPDATE jobs SET max_attempts = 1"))
    with worker(0.1, lease=8.0) as process:
        until(lambda: len(state(house, asked[1])[1]) >= 3)
        process.send_signal(signal.SIGKILL)
        process.wait()
    found = state(house, asked[1])[0]["results_found"]
    with worker(0.0):
        until(lambda: state(house, asked[1])[0]["status"] == "interrupted")
    said = text_of(house, asked)
    assert len(said["results"]) == said["total_found"] == found > 0
    assert "worker was lost" in said["message"]
