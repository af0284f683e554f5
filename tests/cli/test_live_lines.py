"""What live scanning says without a screen: lines for people, messages for programs, of one beat after another."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from tapehawk.app.beats import Beat
from tapehawk.cli.live_lines import LiveLines, LiveMessages
from tests.cli.test_live_screen import BEAT, row, utc

TRIGGER = {**row("TRIG"), "labels": ["simulated", "intrabar"]}
RIGHT, WRONG = ({**TRIGGER, "symbol": symbol} for symbol in ("RIGHT", "WRONG"))
MIXED = replace(
    BEAT,
    added=[row("NEW"), row("OLD"), TRIGGER],
    withdrawn=[row("GONE", "17:50")],
    events=[row("NEW"), row("LATER", "17:40")],
    retracted=[row("GONE", "17:50"), row("NONE", "17:41")],
    states=[row("NEW"), row("OLD")],
)
"""Of the rows one became true at its bar and one goes on; a late bar made an event of an older row, and none of two."""
CLOSED = replace(BEAT, added=[row("RIGHT")], withdrawn=[RIGHT, WRONG], events=[row("RIGHT")])
"""A bar has closed: its row bears out one trigger, and none the other."""
HALT = {"HALT": utc("2026-11-27 17:26"), "ZZNONE": None}


def lines(*beats: Beat) -> list[str]:
    console = Console(file=io.StringIO(), width=200, color_system=None)
    shown = LiveLines(console, "us")
    for beat in beats:
        shown.told.on_beat(beat)
    return console.file.getvalue().splitlines()


@pytest.fixture
def messages(capsys):
    """Return a function that gives what programs are told of some beats."""

    def said(*beats: Beat) -> list[dict]:
        told = LiveMessages().told
        for beat in beats:
            told.on_beat(beat)
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return said


# ------------------------------------------------------------------------------------------- events and states


def test_a_line_says_whether_its_hit_became_true_at_this_bar_or_goes_on():
    words = {line[10:].split()[1]: line[:10].strip() for line in lines(MIXED) if " gap  " in line}
    assert words == {
        "GONE": "gone",
        "NONE": "no event",
        "NEW": "event",
        "OLD": "state",
        "TRIG": "trigger",
        "LATER": "event",
    }


def test_a_message_says_of_each_hit_whether_it_became_true_at_this_bar(messages):
    update = messages(MIXED)[0]
    assert update["type"] == "scan_update"
    assert {one["symbol"]: one["event"] for one in update["results"]} == {
        "NEW": True,
        "OLD": False,
        "TRIG": False,
        "LATER": True,
    }
    assert [one["symbol"] for one in update["withdrawn"]] == ["GONE"]
    assert [one["symbol"] for one in update["retracted"]] == ["NONE"]


def test_a_trigger_that_the_close_bears_out_is_confirmed_and_any_other_is_gone():
    words = [(line[:10].strip(), line[10:].split()[1]) for line in lines(CLOSED) if " gap  " in line]
    assert words == [("gone", "WRONG"), ("confirmed", "RIGHT"), ("event", "RIGHT")]


def test_a_message_lists_apart_what_the_close_confirmed(messages):
    (update,) = messages(CLOSED)
    symbols = {what: [one["symbol"] for one in some] for what, some in update.items() if isinstance(some, list)}
    assert symbols == {"results": ["RIGHT"], "withdrawn": ["WRONG"], "confirmed": ["RIGHT"], "retracted": []}
    assert update["confirmed"] == [row("RIGHT")], "the row of the close, as on the socket"


def test_what_is_true_now_is_counted_in_a_line_and_listed_for_programs_when_it_changes(messages):
    assert lines(MIXED)[-1] == "12:57  watermark; 48 of 50 symbols had a bar; 2 hits true now: gap 2"
    said = [one for one in messages(MIXED, MIXED, replace(MIXED, states=[])) if one["type"] == "states"]
    assert [[row["symbol"] for row in one["results"]] for one in said] == [["NEW", "OLD"], []]


# ------------------------------------------------------------------------------------------- who is not there


def test_symbols_that_were_not_waited_for_are_named(messages):
    beat = replace(BEAT, missing=tuple(f"S{number}" for number in range(7)))
    assert lines(beat) == ["12:57  not waited for: S0, S1, S2, S3, S4 and 2 more"]
    (said,) = messages(beat)
    assert (said["type"], said["symbols"]) == ("missing", list(beat.missing))


def test_who_falls_silent_is_named_once_with_its_last_bar():
    again = replace(BEAT, silent={"LATE": utc("2026-11-27 17:27"), **HALT})
    assert lines(replace(BEAT, silent=HALT), replace(BEAT, silent=HALT), again) == [
        "12:57  2 symbols without one of the last 30 bars: HALT (last 12:26), ZZNONE (none)",
        "12:57  1 symbol without one of the last 30 bars: LATE (last 12:27)",
    ]


def test_programs_are_told_who_is_silent_when_that_changes_the_first_hundred_of_thousands(messages):
    many = {**HALT, **{f"S{number:04}": None for number in range(3000)}}
    first, second, third = messages(*(replace(BEAT, silent=silent) for silent in (HALT, HALT, many, {})))
    assert first["type"] == "silent"
    assert (first["bars"], first["count"]) == (30, 2)
    assert first["symbols"] == {"HALT": "2026-11-27T17:26:00Z", "ZZNONE": None}
    assert (second["count"], len(second["symbols"])) == (3002, 100)
    assert "HALT" in second["symbols"]
    assert (third["count"], third["symbols"]) == (0, {})


def test_late_bars_are_said(messages):
    flood = replace(MIXED, late=1200)
    assert lines(MIXED, flood)[-1].endswith("; 1,200 bars came late")
    assert [one["bars"] for one in messages(MIXED, flood, flood) if one["type"] == "late"] == [1200]
