"""What the live screen says, drawn at a size: clock, watermark, trouble, counts, and the newest rows that fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console, Group

from tapehawk.app.beats import Beat, Watched
from tapehawk.cli.live_screen import LiveScreen
from tapehawk.core.instants import microseconds
from tapehawk.core.phases import phase_at
from tapehawk.scan.metrics import PhaseMetrics
from tests.data.scripted import SIM
from tests.scan.test_phases import PLAN


def utc(text: str) -> int:
    return microseconds(f"{text}Z")


NOW = utc("2026-11-27 17:58:12")  # 12:58 in New York, on the early close


def row(symbol: str, at: str = "17:56", score: float = 80.0) -> dict:
    return {
        "symbol": symbol, "bar_time": f"2026-11-27T{at}:00Z", "scanner": "gap", "pattern": "up", "direction": "BUY",
        "entry": 10.0, "stop": 9.5, "target1": 10.5, "position_size": 200.0, "score": score, "phase": "regular",
        "labels": ["simulated"],
    }  # fmt: skip


BEAT = Beat(
    at=utc("2026-11-27 17:57"),
    added=[],
    withdrawn=[],
    came=48,
    expected=50,
    watermark=utc("2026-11-27 17:57"),
    now=NOW,
    phase=phase_at("us", NOW),
)


@pytest.fixture
def screen() -> LiveScreen:
    one = LiveScreen(Console(), "us")
    one.start(Watched(SIM, "1m", "extended", 50, ("gap",), PLAN, lambda: NOW))
    return one


def drawn(screen: LiveScreen, width: int = 110, height: int = 24) -> list[str]:
    console = Console(width=width, height=height)
    with console.capture() as capture:
        console.print(Group(*screen.draw(width, height)))
    return capture.get().splitlines()


def test_bars_that_nothing_shows_the_inside_of_say_so(screen):
    said = "nothing within a 5m bar can be judged"
    assert not any(said in line for line in drawn(screen))
    of_minutes = Watched(SIM, "5m", "extended", 50, ("gap",), PLAN, lambda: NOW)
    screen.start(of_minutes)
    assert not any(said in line for line in drawn(screen))
    screen.start(replace(of_minutes, series=replace(SIM, timeframe="5m")))
    assert drawn(screen)[1].startswith(said)


def test_before_the_first_bar_it_says_so(screen):
    assert "waiting for the first bar" in "\n".join(drawn(screen))


def test_the_clock_knows_the_early_close(screen):
    screen.beat(BEAT)
    assert drawn(screen)[1] == "12:58:12 ET  regular until 13:00 ET, in 0:01:48"


def test_it_says_how_far_bars_have_come_and_when_the_next_look_is_due(screen):
    screen.beat(BEAT)
    said = "watermark 12:57 · lag 72 s · scanned to 12:57 · 48 of 50 symbols had a bar · next scan 12:59"
    assert drawn(screen)[2] == said
    assert drawn(screen)[3] == "[simulated] up to date"


def test_a_feed_that_is_behind_says_since_when_and_why(screen):
    screen.beat(replace(BEAT, stale_since=utc("2026-11-27 17:40"), trouble="HTTP 503"))
    assert drawn(screen)[3] == "[simulated] stale since 12:40 ET: HTTP 503"


def test_what_is_wrong_with_a_feed_that_is_not_behind_stands_there_too(screen):
    screen.beat(replace(BEAT, trouble="the plan streams 30 of 50 symbols"))
    assert drawn(screen)[3] == "[simulated] up to date: the plan streams 30 of 50 symbols"


def test_labels_stand_where_no_window_is_too_narrow_for_them(screen):
    screen.beat(BEAT)
    assert drawn(screen, width=40)[3].startswith("[simulated]")


def test_rows_stand_newest_first_and_of_one_bar_the_best_first(screen):
    screen.beat(replace(BEAT, added=[row("OLD", "17:50")]))
    screen.beat(replace(BEAT, added=[row("BEST", score=99), row("LESS", score=50)], withdrawn=[row("OLD", "17:50")]))
    found = [line.split()[1:3] for line in drawn(screen) if line.startswith("12:5") and "gap" in line]
    assert found == [["state", "BEST"], ["state", "LESS"], ["gone", "OLD"], ["state", "OLD"]]


def test_what_became_true_at_this_bar_is_told_from_what_goes_on(screen):
    trigger = {**row("TRIG", score=10), "labels": ["simulated", "intrabar"]}
    screen.beat(replace(BEAT, added=[row("NEW", score=90), row("OLD"), trigger], events=[row("NEW", score=90)]))
    found = [line.split()[1:3] for line in drawn(screen) if line.startswith("12:5") and "gap" in line]
    assert found == [["event", "NEW"], ["state", "OLD"], ["trigger", "TRIG"]]


def test_a_trigger_that_the_close_bears_out_is_confirmed_and_counts_once(screen):
    early = {**row("TRIG"), "labels": ["simulated", "intrabar"]}
    screen.beat(replace(BEAT, added=[row("TRIG")], withdrawn=[early], events=[row("TRIG")]))
    found = [line.split()[1:3] for line in drawn(screen) if line.startswith("12:5") and "gap" in line]
    assert found == [["event", "TRIG"], ["confirmed", "TRIG"]]
    assert drawn(screen)[-1].startswith("1 rows so far")


def test_how_many_hits_are_true_now_stands_there(screen):
    screen.beat(replace(BEAT, states=[row("A"), row("B"), {**row("B"), "scanner": "momentum"}]))
    assert "3 hits true now: gap 2, momentum 1" in drawn(screen)
    screen.beat(BEAT)
    assert "0 hits true now" in drawn(screen)


def test_symbols_that_were_not_waited_for_stay_named_until_the_next_bar_is_scanned(screen):
    said = "not waited for: AAA, BBB"
    screen.beat(replace(BEAT, missing=("AAA", "BBB")))
    assert said in drawn(screen)
    screen.beat(BEAT)
    assert said in drawn(screen)
    screen.beat(replace(BEAT, at=BEAT.at + 60_000_000))
    assert said not in drawn(screen)


def test_thousands_of_silent_symbols_are_a_line_the_newest_silence_first(screen):
    silent = {"HALT": utc("2026-11-27 17:26"), **{f"S{number:04}": None for number in range(3000)}}
    screen.beat(replace(BEAT, silent=silent))
    (said,) = [line for line in drawn(screen, width=160) if "without" in line]
    assert said.startswith("3,001 symbols without one of the last 30 bars: HALT (last 12:26), S0000 (none), ")
    assert said.endswith("S0003 (none) and 2,996 more")
    screen.beat(BEAT)
    assert not any("without" in line for line in drawn(screen))


def test_how_many_bars_came_late_stands_beside_how_far_to_trust_it(screen):
    screen.beat(replace(BEAT, late=1200))
    assert drawn(screen)[3] == "[simulated] up to date · 1,200 bars came late"


@pytest.mark.parametrize("height", [12, 24, 40])
def test_as_many_rows_stand_there_as_the_window_has_room_for(screen, height):
    screen.beat(replace(BEAT, added=[row(f"S{number}") for number in range(100)]))
    lines = drawn(screen, height=height)
    assert len(lines) == height
    assert lines[-1] == "100 rows so far, the newest first; Ctrl-C ends"


def test_the_counts_of_every_phase_stand_there(screen):
    metrics = PhaseMetrics()
    metrics.phases["premarket"].scanned(4.0)
    metrics.phases["regular"].turned_out(0.55, 40)
    metrics.brought([{"phase": "regular"}] * 3)
    screen.beat(replace(BEAT, metrics=metrics.plain()))
    lines = drawn(screen)
    counted = [line.split() for line in lines if line.startswith(("premarket", "regular "))]
    assert counted == [
        ["premarket", "1", "0", "0", "0", "4.0", "4.0", "–"],
        ["regular", "0", "3", "0", "0", "–", "–", "55", "%", "of", "40"],
    ]


def test_a_run_of_weeks_keeps_no_more_rows_than_a_window_has_lines(screen):
    for _ in range(20):
        screen.beat(replace(BEAT, added=[row(f"S{number}") for number in range(100)]))
    assert len(screen._rows) == 500
    assert "2,000 rows so far" in drawn(screen)[-1]
