"""`scanner data check` and `--strict`: what is wrong with stored bars, for people and for programs."""

from __future__ import annotations

import json

import pytest

from tapehawk.data import store
from tests.data.quality.planted import DAILY, market, sessions, split, without

DAYS = sessions(120)
DAY = DAYS[80]
KEYS = {"kind", "severity", "symbol", "date", "timeframe", "detail", "repair"}


@pytest.fixture
def faulty(tmp_path):
    """Fill the user's store with bars that lack a session and a split."""
    root = tmp_path / "store"
    store.append_bars(root, [(DAILY, split(without(market(), DAYS[50], "AAA"), "CCC", DAY, 1, 10))])
    return root


def test_findings_are_answered_in_the_shape_that_the_surface_names(faulty, answer):
    found = answer("data", "check")
    assert set(found) == {"findings"}
    assert all(set(one) == KEYS for one in found["findings"])
    places = [(one["kind"], one["symbol"], one["date"]) for one in found["findings"]]
    assert places == [("missed_split", "CCC", str(DAY)), ("gap", "AAA", str(DAYS[50])), ("stale", None, str(DAYS[-1]))]


def test_kinds_symbols_and_timeframes_narrow_what_is_checked(faulty, answer):
    assert [one["kind"] for one in answer("data", "check", "--kind", "gap")["findings"]] == ["gap"]
    named = answer("data", "check", "--symbols", "CCC,BBB", "--kind", "missed_split,gap")["findings"]
    assert [one["symbol"] for one in named] == ["CCC"]


def test_people_read_counts_places_and_repairs(faulty, scanner):
    done = scanner("data", "check")
    assert done.exit_code == 0
    said = done.stdout
    assert "missed_split" in said
    assert f"import the bars of AAA since {DAYS[50]} again" in said
    assert "(market)" in said


def test_a_clean_simulated_store_has_nothing_but_halts(stored, answer):
    assert {one["kind"] for one in answer("data", "check")["findings"]} <= {"gap", "stale"}


@pytest.mark.parametrize(
    ("options", "code"), [(["--kind", "spikes"], 2), (["--timeframe", "5m"], 3), (["--symbols", "ZZZ"], 2)]
)
def test_what_can_not_be_checked_ends_as_documented(faulty, scanner, options, code):
    assert scanner("data", "check", *options).exit_code == code


def test_a_strict_run_refuses_stale_bars_and_says_since_when(faulty, scanner):
    done = scanner("run", "--scanner-type", "inside_bar", "--strict")
    assert done.exit_code == 3
    assert f"stale since {DAYS[-1]}" in done.output


def test_a_broad_run_says_since_when_it_is_stale(faulty, scanner):
    done = scanner("run", "--scanner-type", "inside_bar", "--format", "json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["labels"] == [f"stale since {DAYS[-1]}"]


def test_an_import_tells_how_much_it_found(scanner, tmp_path):
    split(market(), "CCC", DAY, 1, 10).write_parquet(tmp_path / "bars.parquet")
    done = scanner("import", tmp_path / "bars.parquet", "--adjustment", "none")
    assert "1 missed_split; scanner data check tells them" in done.stdout
