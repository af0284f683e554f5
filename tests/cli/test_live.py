"""`scanner replay` and `scanner live`: the rows of the historical scan as they come, and a store that stays whole."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tapehawk.app.asking import Asked
from tapehawk.app.live import LiveTold, live, replay
from tapehawk.app.settings import settings
from tapehawk.core.instants import microseconds
from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.providers.sim.filling import fill_intraday
from tapehawk.scan.hit_table import key_of
from tapehawk.scan.question import Question
from tapehawk.scanners.volume_spike import VolumeSpike
from tests.data.scripted import MINUTE
from tests.fakes.clock import JumpingClock
from tests.scan.live_market import DAY, NEXT, SIM, filled, historical_events, stamp

SCANNER = Path(sys.executable).parent / "scanner"
QUESTION = ("--scanner-type", "volume_spike")


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """A store that holds a month of minutes."""
    return filled(tmp_path_factory.mktemp("live") / "store", until=DAY)


@pytest.fixture
def stored(whole, monkeypatch) -> Path:
    monkeypatch.setenv("SCANNER_DATA_DIR", str(whole))
    monkeypatch.delenv("COLUMNS", raising=False)
    return whole


def messages(done) -> list[dict]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_replay_brings_the_rows_of_the_days_scan_each_labelled_replay(stored, scanner):
    said = messages(scanner("replay", DAY, *QUESTION, "--hours", "regular", "--format", "json"))
    assert [one["sequence"] for one in said] == list(range(1, len(said) + 1))
    assert {one["type"] for one in said[:-1]} == {"scan_update", "signal_changed", "states", "silent"}
    changed = next(one for one in said if one["type"] == "signal_changed")
    assert set(changed) == {"type", "setup_key", "from", "to", "reason", "timestamp", "sequence"}
    assert (said[-1]["type"], said[-1]["timestamp"]) == ("complete", "2024-02-15T01:00:00Z")
    came = [row for one in said if one["type"] == "scan_update" for row in one["results"]]
    assert all(row["labels"] == ["simulated", "replay"] for row in came)
    ranged = ("--start-date", DAY, "--end-date", DAY, "--timeframe", "1m", "--format", "json")
    expected = json.loads(scanner("run", *QUESTION, *ranged).stdout)["results"]
    assert rows_of(came) == rows_of(expected)
    assert len(came) == said[-1]["rows"] > 0


def test_a_replay_says_which_rows_are_events_as_history_does_and_what_is_true_at_the_end(stored, scanner):
    said = messages(scanner("replay", DAY, *QUESTION, "--hours", "regular", "--format", "json"))
    came = [row for one in said if one["type"] == "scan_update" for row in one["results"]]
    question = Question("volume_spike", start_date=DAY, end_date=DAY, timeframe="1m")
    assert rows_of(row for row in came if row["event"]) == rows_of(historical_events(stored, [VolumeSpike()], question))
    assert not all(row["event"] for row in came)


def test_what_is_true_now_is_what_was_found_in_each_symbols_last_bar(stored, scanner):
    said = messages(scanner("replay", DAY, *QUESTION, "--hours", "regular", "--format", "json"))
    hours, found = us_calendar().need_session(DAY), {}
    for one in said:
        if one["type"] == "scan_update":
            for row in one["results"]:
                found.setdefault(row["bar_time"], []).append({**row, "event": None})
    bars = {stamp(time) for time in range(hours.open, hours.close, MINUTE)}
    now = {one["timestamp"]: one["results"] for one in said if one["type"] == "states"}
    busy = [time for time in sorted(bars) if stamp_after(time) in now]
    assert len(busy) > 100
    for time in busy:
        fresh = [{**row, "event": None} for row in now[stamp_after(time)] if row["bar_time"] == time]
        assert fresh == found.get(time, [])


def stamp_after(time: str) -> str:
    return stamp(microseconds(time) + MINUTE)


def rows_of(rows) -> list[dict]:
    plain = [
        {"symbol": row.get("symbol", row.get("ticker"))}
        | {name: value for name, value in row.items() if name not in {"labels", "ticker", "date", "symbol", "event"}}
        for row in rows
    ]
    return sorted(plain, key=lambda row: (row["symbol"], row["bar_time"], row["pattern"]))


def test_a_replay_says_so_and_tells_its_rows_in_lines(stored, scanner):
    done = scanner("replay", DAY, *QUESTION)
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"replay of {DAY} · {SIM.id} · 1m extended · 5 symbols  [simulated]")
    assert any("volume_spike" in line and line.endswith("[simulated]  [replay]") for line in lines)
    assert lines[-1].endswith("rows; scanned to 20:00 ET")


INSIDE = ("--scanner-type", "inside_bar", "--set", "min_price=0", "--set", "min_dollar_volume=0")


def test_a_replay_of_minutes_as_slower_bars_marks_what_crosses_a_level_before_the_close(stored, scanner):
    done = scanner("replay", DAY, *INSIDE, "--timeframe", "5m", "--format", "json")
    updates = [one for one in messages(done) if one["type"] == "scan_update"]
    came = [row for one in updates for row in one["results"]]
    labels = {tuple(row["labels"]) for row in came}
    made = ("simulated", "made of 1m bars")
    assert labels == {(*made, "replay"), (*made, "intrabar", "replay")}
    closed, early = ([row for row in came if ("intrabar" in row["labels"]) == within] for within in (False, True))
    gone, right = ([row for one in updates for row in one[what]] for what in ("withdrawn", "confirmed"))
    assert sorted(map(key_of, early)) == sorted(map(key_of, [*gone, *right])), "each is judged by its close"
    assert set(map(key_of, right)) == set(map(key_of, early)) & set(map(key_of, closed))
    assert 0 < len(right) < len(early)
    assert all({**row, "event": False} in early for row in gone)
    assert done.stderr == ""


@pytest.fixture
def only_slower(tmp_path, monkeypatch) -> None:
    """A store with bars of five minutes alone."""
    monkeypatch.setenv("SCANNER_DATA_DIR", str(tmp_path / "slower"))
    fill_intraday(tmp_path / "slower", Simulator(seed=2, symbols=4), "5m", us_calendar().previous(DAY), DAY)


@pytest.mark.parametrize("command", ["replay", "parity"])
@pytest.mark.parametrize("format_", ["table", "json"])
def test_where_only_slower_bars_are_stored_it_is_said_that_nothing_within_can_be_judged(
    only_slower, scanner, command, format_
):
    done = scanner(command, DAY, *QUESTION, "--timeframe", "5m", "--format", format_)
    assert done.exit_code == 0, done.output
    assert done.stderr == "nothing within a 5m bar can be judged: there are no faster bars of all the symbols\n"
    assert "intrabar" not in done.stdout


def test_a_replay_at_full_speed_is_scanned_close_by_close(stored):
    beats = []
    told = LiveTold(lambda _: None, lambda beat: beats.append(beat.at))
    replay(settings(), Asked(["volume_spike"], timeframe="1m"), DAY, told)
    hours = us_calendar().need_session(DAY)
    closes = range(hours.open + MINUTE, hours.close, MINUTE)
    assert set(closes) <= set(beats)


def test_a_replay_leaves_the_store_as_it_is(stored, scanner):
    before = sorted(path for path in stored.rglob("*") if path.is_file())
    assert scanner("replay", DAY, *QUESTION).exit_code == 0
    assert sorted(path for path in stored.rglob("*") if path.is_file()) == before


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ((NEXT,), 3, f"no 1m bars of {NEXT}"),
        ((NEXT,), 3, f"the nearest stored: {DAY}"),
        (("2024-01-01",), 2, "no session on 2024-01-01"),
        ((DAY, "--speed", "0"), 2, "a speed of 0"),
        ((DAY, "--timeframe", "1d"), 3, "no 1d bars"),
        ((DAY, "--symbols", "NAVA9"), 2, "NAVA1"),
        ((DAY, "--scanner-type", "lc"), 2, "does not look at 1m bars"),
    ],
)
def test_what_cannot_be_replayed_is_said_with_what_can(stored, scanner, args, code, said):
    done = scanner("replay", *args)
    assert done.exit_code == code, done.output
    assert said in " ".join(done.output.split())


@pytest.mark.parametrize("phase", ["premarket", "closed", "continuous"])
def test_a_setting_that_names_no_scanner_is_said_whichever_phase_it_is_of(stored, scanner, monkeypatch, phase):
    monkeypatch.setenv(f"SCANNER__SESSIONS__{phase.upper()}_SCANNERS", "nosuch")
    done = scanner("replay", DAY)
    assert done.exit_code == 2, done.output
    assert f"unknown scanner 'nosuch' (section [sessions], {phase}_scanners)" in " ".join(done.output.split())


def test_a_replay_that_is_interrupted_ends_at_once_and_leaves_nothing_behind(stored, tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    before = sorted(path for path in stored.rglob("*") if path.is_file())
    command = [SCANNER, "replay", str(DAY), *QUESTION, "--speed", "60"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b"replay of")
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (130, b"interrupted\n")
    assert list(tmp_path.glob("tapehawk-replay-*")) == []
    assert sorted(path for path in stored.rglob("*") if path.is_file()) == before


# ------------------------------------------------------------------------------------------- live


class Enough(Exception):
    """A test has seen enough."""


def seen_live(provider: str, asked: Asked, clock, enough) -> list:
    beats = []

    def on_beat(beat) -> None:
        beats.append(beat)
        if enough(beat):
            raise Enough

    with pytest.raises(Enough):
        live(settings(), asked, provider, LiveTold(beats.append, on_beat), clock=clock)
    return beats


def test_the_simulators_day_is_scanned_live_without_a_key_and_stored_at_its_end(tmp_path, monkeypatch):
    monkeypatch.setenv("SCANNER__PROVIDERS__SIM__SYMBOLS", "8")
    hours = us_calendar().need_session(DAY)
    clock = JumpingClock(hours.open - 5 * 60_000_000).clock
    root = settings().store

    def enough(_) -> bool:
        return any(root.glob(f"journal/*/{DAY}.sealed"))

    watched, *beats = seen_live("sim", Asked(["volume_spike"], timeframe="1m", hours="extended"), clock, enough)
    assert (watched.symbols, watched.series.simulated, watched.day) == (8, True, None)
    rows = [row for beat in beats for row in beat.added]
    assert rows
    assert all("simulated" in row["labels"] for row in rows)
    truth = Simulator(symbols=8).intraday("1m", DAY, DAY)
    assert store.read_bars(root, SIM, sessions=(DAY, DAY)).drop("adjusted_as_of").equals(truth.sort("symbol", "time"))


def test_a_provider_without_a_stream_says_what_to_do_instead(scanner):
    done = scanner("live", "--provider", "flatfiles")
    assert done.exit_code == 2, done.output
    assert "--watch" in done.output


def test_whose_bars_are_scanned_live_has_to_be_said(scanner):
    done = scanner("live")
    assert done.exit_code == 2
    assert "--provider sim needs no key" in done.output
