"""`scanner sync` stopped: by a person, by a day's budget, by one answer that lacks rows; and what the next one does."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tapehawk.app import syncing
from tests.data.syncs import FIRST, LAST, assert_stored, clock_at
from tests.fakes.faults import NONE, Faults
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated
from tests.fakes.twelvedata import FakeTwelveData

TRUTH = simulated()
NAMES = TRUTH.daily["symbol"].unique().sort().to_list()
SYNC = ("sync", "--provider", "polygon", "--since", str(FIRST))
ON_SUNDAY = """
import functools
from tapehawk.app import syncing
from tests.data.syncs import clock_at
syncing.run = functools.partial(syncing.run, clock=clock_at().clock)
from tapehawk.cli.main import main
main()
"""


@pytest.fixture(autouse=True)
def sunday(monkeypatch):
    """Make it the Sunday after the last session of the truth."""
    monkeypatch.setattr(syncing, "run", functools.partial(syncing.run, clock=clock_at().clock))


@pytest.fixture
def fake(monkeypatch):
    with FakeMassive(TRUTH) as server:
        monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__BASE_URL", server.url)
        monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__PLAN", "advanced")
        monkeypatch.setenv("POLYGON_API_KEY", server.key)
        yield server


def test_ctrl_c_is_130_keeps_what_came_and_the_next_sync_goes_on(answer, fake, tmp_path):
    fake.latency = 0.3
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", ON_SUNDAY, *SYNC]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        fake.wait_until(lambda: len(fake.paths("/grouped/")) > 8)  # the first eight were answered
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert said.splitlines()[-1] == "interrupted"
    assert "Traceback" not in said
    fake.latency = 0.0
    again = answer(*SYNC)
    assert 0 < again["report"]["before"] < 20
    assert again["report"]["before"] + again["report"]["steps"] == 20
    assert_stored(tmp_path / "store", TRUTH.daily)


def one_line(scanner, *args):
    """Run what must fail; return the exit code, the error and the hint."""
    done = scanner(*args)
    assert "Traceback" not in done.output
    (error,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    (hint,) = [line for line in done.stderr.splitlines() if line.startswith("hint: ")]
    return done.exit_code, error, hint


def test_a_days_budget_that_is_spent_is_refused_with_what_to_do(scanner, monkeypatch):
    with FakeTwelveData(TRUTH) as vendor:
        monkeypatch.setenv("SCANNER__PROVIDERS__TWELVEDATA__BASE_URL", vendor.url)
        monkeypatch.setenv("SCANNER__PROVIDERS__TWELVEDATA__PLAN", "grow")
        monkeypatch.setenv("TWELVEDATA_API_KEY", vendor.key)
        vendor.spent_today = True
        asked = ("sync", "--provider", "twelvedata", "--symbols", NAMES[0], "--since", FIRST)
        code, error, hint = one_line(scanner, *asked)
    assert (code, "API credits for the day" in error) == (4, True)
    assert "next day" in hint


def test_nobody_at_the_address_is_a_matter_of_trying_later(scanner, fake, monkeypatch):
    monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__BASE_URL", "http://127.0.0.1:9")
    code, _, hint = one_line(scanner, *SYNC)
    assert (code, "check the network" in hint) == (75, True)


def test_fewer_rows_than_announced_fail_loudly_and_are_asked_for_again(scanner, answer, fake, tmp_path, monkeypatch):
    whole = fake._envelope
    with monkeypatch.context() as lacking:
        lacking.setattr(fake, "_envelope", lambda rows, query: whole(rows[1:], query) | {"resultsCount": len(rows)})
        code, error, hint = one_line(scanner, *SYNC)
    assert (code, "announced" in error, "goes on from here" in hint) == (75, True, True)
    assert answer(*SYNC)["report"]["before"] == 0
    assert_stored(tmp_path / "store", TRUTH.daily)


def test_a_sync_that_failed_once_is_completed_by_the_same_command(scanner, answer, fake, tmp_path):
    fake.faults = Faults(status=502, body="html", path=f"/grouped/locale/us/market/stocks/{LAST}")
    code, error, hint = one_line(scanner, *SYNC)
    assert (code, "19 of 20 steps are stored" in error, "goes on from here" in hint) == (75, True, True)
    fake.faults = NONE
    again = answer(*SYNC)
    assert (again["report"]["before"], again["report"]["steps"]) == (19, 1)
    assert_stored(tmp_path / "store", TRUTH.daily)
