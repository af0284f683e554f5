"""`scanner sync` and `--fetch`: the plan first, what was done, and one line with what to do when it can't be."""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from pathlib import Path

import polars as pl
import pytest

from tapehawk.app import lacking, syncing
from tapehawk.data.store import append_symbols
from tests.data.syncs import FIRST, LAST, clock_at, stored, without
from tests.fakes.faults import Faults
from tests.fakes.massive import FakeMassive
from tests.fakes.truth import simulated

TRUTH = simulated()
NAMES = TRUTH.daily["symbol"].unique().sort().to_list()
SYNC = ("sync", "--provider", "polygon", "--since", FIRST)


@pytest.fixture(autouse=True)
def sunday(monkeypatch):
    """Make it the Sunday after the last session of the truth, for whoever syncs."""
    time = clock_at()
    for place, name in ((syncing, "run"), (lacking, "fetch")):
        monkeypatch.setattr(place, name, functools.partial(getattr(place, name), clock=time.clock))
    return time


@pytest.fixture
def fake(monkeypatch):
    with FakeMassive(TRUTH) as server:
        monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__BASE_URL", server.url)
        monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__PLAN", "advanced")
        monkeypatch.setenv("POLYGON_API_KEY", server.key)
        yield server


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


def test_the_plan_is_told_first_and_then_what_was_done(scanner, fake, root):
    done = scanner(*SYNC)
    assert done.exit_code == 0, done.output
    for words in ("polygon (advanced): 1d bars of the whole market", "grouped daily", "20 steps", "calls", "MB"):
        assert words in done.stderr
    assert f"{TRUTH.daily.height:,} new, 0 corrected" in done.stdout
    assert f"every session from {FIRST} to {LAST} is there" in done.stdout
    assert stored(root).height == TRUTH.daily.height


def test_the_plan_says_what_the_providers_limit_makes_of_it(scanner, fake, monkeypatch):
    assert "no limit of the plan" in scanner(*SYNC, "--symbols", NAMES[0]).stderr
    monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__PLAN", "basic")
    said = "{} by the plan's limit of 5 a minute".format
    assert said("about 48 s") in scanner(*SYNC, "--symbols", ",".join(NAMES[:10])).stderr
    assert said("less than a minute") in scanner(*SYNC, "--symbols", NAMES[10]).stderr


def test_programs_are_answered_with_plan_and_report(answer, fake):
    found = answer(*SYNC, "--symbols", f"{NAMES[0]},{NAMES[1]}")
    assert set(found) == {"plan", "report"}
    assert found["plan"]["symbols"] == 2
    assert {"calls", "credits", "minutes", "bytes", "steps", "note"} <= set(found["plan"])
    assert found["report"]["bars"] == {"new": 40, "revised": 0, "unchanged": 0}
    again = answer(*SYNC, "--symbols", f"{NAMES[0]},{NAMES[1]}")
    assert (again["plan"]["steps"], again["report"]["before"]) == (0, found["plan"]["steps"])


def test_what_is_asked_again_spoils_no_answer(answer, fake):
    fake.faults = Faults(status=502, times=1)
    assert answer(*SYNC, "--symbols", NAMES[0])["report"]["bars"]["new"] == 20


def test_a_universe_is_of_the_listings_which_are_fetched_first(answer, fake, root):
    found = answer(*SYNC, "--universe", "nasdaq")
    on_nasdaq = TRUTH.symbols.filter(TRUTH.symbols["exchange"] == "nasdaq")["symbol"]
    assert set(stored(root)["symbol"]) == set(on_nasdaq) & set(NAMES)
    assert found["plan"]["symbols"] >= len(set(stored(root)["symbol"]))


def test_without_since_a_year_is_fetched_as_far_as_the_plan_reaches(answer):
    found = answer("sync", "--provider", "sim")
    assert (found["plan"]["start"], found["plan"]["end"]) == ("2025-11-19", "2026-11-20")


def test_simulated_coins_are_synced_by_name(answer):
    found = answer("sync", "--provider", "sim", "--universe", "crypto", "--since", "2026-11-01")
    assert found["plan"]["market"] == "crypto"
    assert found["report"]["bars"]["new"] == 6 * 20  # the 21st is not final yet


TUTORIAL = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text()
SHOWN = re.findall(r"^scanner (sync --provider polygon(?!.*--watch).*)$", TUTORIAL, re.MULTILINE)


@pytest.mark.parametrize("line", SHOWN)
def test_the_tutorials_syncs_work_as_they_stand(scanner, fake, line):
    """Names and dates are those of the fake's market."""
    said = re.sub(r"\d{4}-\d\d-\d\d", str(FIRST), line.replace("AAPL,MSFT", f"{NAMES[0]},{NAMES[1]}"))
    done = scanner(*said.split())
    assert (done.exit_code, "is there" in done.stdout) == (0, True), done.output


@pytest.mark.parametrize("lacking", [NAMES[:-2], NAMES[:1]], ids=["most of the market", "one symbol"])
def test_the_repair_that_a_gap_proposes_brings_its_bars(scanner, answer, fake, root, lacking):
    fake.truth = without(TRUTH, dt.date(2026, 11, 5), symbols=lacking)
    scanner(*SYNC)
    (gap,) = answer("data", "check", "--kind", "gap")["findings"]
    fake.truth = TRUTH
    done = scanner(*gap["repair"].split()[1:])
    assert done.exit_code == 0, done.output
    assert answer("data", "check", "--kind", "gap")["findings"] == []
    assert stored(root).height == TRUTH.daily.height


# ------------------------------------------------------------------------------------------------ in one line


def refused(scanner, *args):
    """Run what must fail; return the exit code, the error and the hint."""
    done = scanner(*args)
    lines = done.stderr.splitlines()
    (error,) = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    hints = [line.removeprefix("hint: ") for line in lines if line.startswith("hint: ")]
    assert "Traceback" not in done.output
    return done.exit_code, error, (hints or [""])[0]


def test_a_wrong_key_is_refused(scanner, fake, monkeypatch):
    monkeypatch.setenv("POLYGON_API_KEY", "wrong-key-4711")
    code, error, hint = refused(scanner, *SYNC)
    assert (code, "Unknown API Key" in error, "check the key" in hint) == (4, True, True)
    assert "wrong-key-4711" not in error + hint


def test_no_key_is_refused(scanner, fake, monkeypatch):
    monkeypatch.delenv("POLYGON_API_KEY")
    code, error, hint = refused(scanner, *SYNC)
    assert (code, "no key is set" in error, "POLYGON_API_KEY" in hint) == (4, True, True)


def test_a_plan_that_does_not_allow_the_call_is_refused(scanner, fake):
    fake.faults = Faults(status=403, path="/grouped/")
    code, error, hint = refused(scanner, *SYNC)
    assert (code, "not entitled" in error, "change the plan" in hint) == (4, True, True)


def test_history_beyond_the_plan_is_refused(scanner, fake, monkeypatch):
    monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__PLAN", "basic")
    code, error, hint = refused(scanner, "sync", "--provider", "polygon", "--since", "2020-01-02")
    assert (code, "reaches back to 2024-11-22" in error, "set providers.polygon.plan" in hint) == (4, True, True)


def test_too_many_calls_are_a_matter_of_trying_later(scanner, fake):
    fake.faults = Faults(status=429)
    code, error, hint = refused(scanner, *SYNC)
    assert (code, "exceeded the maximum requests" in error, "try again" in hint) == (75, True, True)


def test_a_provider_that_is_down_is_a_matter_of_trying_later(scanner, fake):
    fake.faults = Faults(status=502, body="html", path="/grouped/")
    code, error, hint = refused(scanner, *SYNC)
    assert (code, "0 of 20 steps are stored" in error, "goes on from here" in hint) == (75, True, True)


def test_an_unknown_symbol_is_bad_input_with_the_nearest_name(scanner, fake):
    code, error, hint = refused(scanner, *SYNC, "--symbols", f"{NAMES[3]}X")
    assert (code, f"unknown symbol '{NAMES[3]}X'" in error, NAMES[3] in hint) == (2, True, True)


def test_a_missing_session_is_no_data(scanner, fake):
    fake.truth = without(TRUTH, dt.date(2026, 11, 5))
    code, error, hint = refused(scanner, *SYNC)
    assert (code, "2026-11-05" in error, "everything else is stored" in hint) == (3, True, True)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--provider", "poligon"), "unknown provider 'poligon'"),
        (("--provider", "sim", "--timeframe", "1w"), "1w"),
        (("--provider", "sim", "--timeframe", "7m"), "7m"),
        (("--provider", "sim", "--universe", "nasdak"), "nasdak"),
        (("--provider", "sim", "--since", "2026-11-23"), "last final session is 2026-11-20"),
        (("--provider", "folder"), "which folder"),
    ],
)
def test_what_makes_no_sense_is_bad_input(scanner, args, said):
    code, error, hint = refused(scanner, "sync", *args)
    assert (code, said in error) == (2, True)
    assert hint


def test_a_folder_that_no_store_can_be_in_is_refused_before_anybody_is_asked(scanner, fake, tmp_path, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "a[b]"))
    code, error, hint = refused(scanner, *SYNC)
    assert (code, "'[' may not be part of the path" in error, "a[b])" in error) == (2, True, True)
    assert "SCANNER_DATA_DIR" in hint
    assert fake.asked == []
    assert not (tmp_path / "a[b]").exists()


# ------------------------------------------------------------------------------------------------ --fetch

SCAN = ("run", "--scanner-type", "inside_bar", "--set", "min_price=0", "--set", "min_dollar_volume=0")


def test_a_scan_fetches_the_symbols_that_are_not_stored_for_the_sessions_that_are(scanner, fake, root):
    scanner(*SYNC, "--symbols", NAMES[0])
    fake.asked.clear()
    done = scanner(*SCAN, "--symbols", f"{NAMES[0]},{NAMES[1]}", "--fetch", "--format", "json")
    assert done.exit_code == 0, done.output
    assert "1d bars of 1 named" in done.stderr
    assert json.loads(done.stdout)["as_of"] == str(LAST)
    assert stored(root).group_by("symbol").len()["len"].to_list() == [20, 20]
    assert [path for path in fake.paths("/v2/aggs/") if NAMES[0] in path] == []


def test_a_universe_that_is_asked_stands_for_its_members(scanner, fake, root):
    """Those whom the store's listings know, on the last session that it has."""
    scanner(*SYNC, "--symbols", NAMES[0])
    append_symbols(root, TRUTH.symbols)
    fake.asked.clear()
    done = scanner(*SCAN, "--universe", "nasdaq", "--fetch", "--format", "json")
    assert done.exit_code == 0, done.output
    then = TRUTH.symbols.filter(pl.col("last_seen").is_null() | (pl.col("last_seen") >= LAST))
    wanted = (set(then.filter(exchange="nasdaq")["symbol"]) & set(NAMES)) - {NAMES[0]}
    assert len(wanted) > 2
    assert {name for name in NAMES if any(name in path for path in fake.paths("/v2/aggs/"))} == wanted
    assert set(stored(root)["symbol"]) == {NAMES[0], *wanted}
    fake.asked.clear()
    assert scanner(*SCAN, "--universe", "nasdaq", "--fetch").exit_code == 0
    assert not [path for path in fake.paths() if any(name in path for name in wanted)], "now the store has them"


@pytest.mark.parametrize("universe", [[], ["--universe", "all"]])
def test_fetching_for_nobody_in_particular_is_refused(scanner, fake, universe):
    scanner(*SYNC, "--symbols", NAMES[0])
    fake.asked.clear()
    code, error, hint = refused(scanner, *SCAN, *universe, "--fetch")
    assert (code, "--fetch" in error, "--symbols" in hint and "scanner sync" in hint) == (2, True, True)
    assert fake.asked == []


def test_fetching_for_a_universe_that_the_store_can_not_know_is_refused(scanner, fake):
    for universe in ("nasdaq", "crypto"):
        code, error, hint = refused(scanner, *SCAN, "--universe", universe, "--fetch")
        assert code != 0
        assert error
        assert hint
    assert fake.asked == []


def test_a_scan_that_lacks_nothing_asks_nobody(scanner, fake):
    scanner(*SYNC, "--symbols", NAMES[0])
    fake.asked.clear()
    assert scanner(*SCAN, "--symbols", NAMES[0], "--fetch").exit_code == 0
    assert fake.asked == []


def test_without_fetch_nobody_is_asked(scanner, fake):
    scanner(*SYNC, "--symbols", NAMES[0])
    fake.asked.clear()
    scanner(*SCAN, "--symbols", NAMES[1])
    assert fake.asked == []


def test_what_would_take_longer_than_a_scan_may_is_not_fetched(scanner, fake, monkeypatch):
    monkeypatch.setenv("SCANNER__PROVIDERS__POLYGON__PLAN", "basic")
    monkeypatch.setenv("SCANNER__PROVIDERS__FETCH_US", "polygon")
    names = ",".join(f"S{number}" for number in range(100))
    code, error, hint = refused(scanner, *SCAN, "--symbols", names, "--fetch")
    assert (code, "a scan may take 5" in error, "scanner sync --provider polygon" in hint) == (2, True, True)
    assert fake.asked == []


def test_where_nobody_is_named_who_could_be_asked_the_error_says_how_to_name_one(scanner):
    code, error, hint = refused(scanner, *SCAN, "--symbols", "AAPL", "--fetch")
    assert (code, "AAPL" in error, "scanner config set providers.fetch_us" in hint) == (2, True, True)
