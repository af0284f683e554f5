"""`scanner parity`: counts, the rows that differ with the reason, and an exit code that tells a difference."""

from __future__ import annotations

import json
import re

import pytest

from tapehawk.app import parity as joined
from tapehawk.cli.exits import BUG
from tapehawk.scan.intrabar import Intrabar
from tapehawk.scan.parity import UNEXPLAINED
from tapehawk.scan.session_rows import Changes
from tests.scan.live_market import DAY, NEXT, filled

QUESTION = ("--scanner-type", "volume_spike", "--hours", "regular")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store that holds a month of minutes."""
    return filled(tmp_path_factory.mktemp("parity") / "store", until=DAY)


@pytest.fixture
def stored(whole, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    return whole


@pytest.fixture
def forgetful(stored, monkeypatch):
    """History lacks its first row and scores the next one lower."""
    historical = joined._historical

    def wrong(*asked):
        _, second, *rest = historical(*asked)
        return [{**second, "score": 1.0}, *rest]

    monkeypatch.setattr(joined, "_historical", wrong)


def test_an_equal_day_answers_with_counts_and_ends_well(stored, scanner):
    done = scanner("parity", DAY, *QUESTION, "--format", "json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert list(answer) == ["day", "equal", "historical", "live", "differences"]
    assert (answer["day"], answer["equal"], answer["differences"]) == (str(DAY), True, [])
    assert answer["historical"] == answer["live"] > 10
    said = scanner("parity", DAY, *QUESTION)
    assert said.stdout == f"parity of {DAY}: equal  {answer['live']} rows in history, {answer['live']} live, 0 differ\n"


FOLDED = ("--scanner-type", "gap", "--hours", "regular", "--timeframe", "5m")


def test_slower_bars_are_made_of_minutes_and_triggers_are_counted_among_the_rows(stored, scanner):
    done = scanner("parity", DAY, *FOLDED)
    assert done.exit_code == 0, done.output
    rows = re.fullmatch(
        rf"parity of {DAY}: equal  (\d+) rows in history \((\d+) intrabar\), \1 live, 0 differ\n", done.stdout
    )
    assert rows, done.stdout
    assert int(rows[1]) > int(rows[2]) > 0
    assert done.stderr == ""


def test_a_trigger_that_differs_is_listed_as_one(stored, scanner, monkeypatch):
    monkeypatch.setattr(Intrabar, "see", lambda self, _: Changes())  # planted: nothing is told within a bar
    done = scanner("parity", DAY, *FOLDED)
    assert done.exit_code == BUG
    assert "breakout_down, intrabar" in done.stdout
    answer = json.loads(scanner("parity", DAY, *FOLDED, "--format", "json").stdout)
    assert {one["intrabar"] for one in answer["differences"]} == {True}
    assert answer["historical"] - answer["live"] == len(answer["differences"])


def test_a_difference_is_listed_with_its_reason_and_ends_as_a_bug(forgetful, scanner):
    done = scanner("parity", DAY, *QUESTION, "--format", "json")
    assert done.exit_code == BUG
    answer = json.loads(done.stdout)
    assert (answer["equal"], answer["live"] - answer["historical"]) == (False, 1)
    alone, other = sorted(answer["differences"], key=lambda one: one["on"], reverse=True)
    assert (alone["on"], alone["reason"], alone["values"]) == ("live", UNEXPLAINED, {})
    assert other["on"] == "both"
    assert other["values"]["score"]["historical"] == 1.0
    assert {"symbol", "bar_time", "scanner", "pattern", "direction"} <= set(other)


def test_a_person_reads_which_rows_differ_and_why(forgetful, scanner):
    done = scanner("parity", DAY, *QUESTION)
    assert done.exit_code == BUG
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"parity of {DAY}: not equal")
    assert lines[0].endswith("2 differ")
    assert sum(UNEXPLAINED in line for line in lines) == 2
    assert sum("only live" in line for line in lines) == 1
    assert sum("score 1 ≠ " in line for line in lines) == 1


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ((NEXT,), 3, f"the nearest stored: {DAY}"),
        (("2024-01-01",), 2, "no session on 2024-01-01"),
        ((DAY, "--scanner-type", "lc"), 2, "does not look at 1m bars"),
        ((DAY, "--symbols", "NAVA9"), 2, "NAVA1"),
    ],
)
def test_what_cannot_be_compared_is_said_as_by_replay(stored, scanner, args, code, said):
    done = scanner("parity", *args)
    assert done.exit_code == code, done.output
    assert said in " ".join(done.output.split())
