"""The screens on a terminal: they fill the window, also when it is resized, and leave the terminal as it was."""

from __future__ import annotations

import pytest

from tests.cli.terminals import CURSOR, ENTER, HOME, LEAVE, Terminal
from tests.scan.live_market import DAY, filled


@pytest.fixture(scope="module")
def minutes(tmp_path_factory):
    """A store that holds a month of minutes."""
    return filled(tmp_path_factory.mktemp("screens") / "store", until=DAY)


REPLAY = ("replay", DAY, "--speed", "120", "--scanner-type", "volume_spike")
ROUNDS = ("--scanner-type", "volume_spike", "--timeframe", "1m", "--hours", "extended", "--interval", "0.2")
SCREENS = {
    "replay": (REPLAY, "premarket"),
    "run --stream": (("run", *ROUNDS, "--stream"), "round "),
    "monitor": (("monitor", *ROUNDS), "scans a minute"),
    "quick": (("quick", "--timeframe", "1m", "--watch"), "analysed"),
    "live": (("live", "--provider", "sim", "--scanner-type", "volume_spike", "--symbols", "NAVA1"), "waiting"),
}


@pytest.mark.parametrize(("args", "sign"), SCREENS.values(), ids=list(SCREENS))
def test_a_screen_fills_every_window_clears_nothing_and_leaves_a_clean_terminal(minutes, monkeypatch, args, sign):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(minutes))
    terminal = Terminal(*args)
    terminal.until(sign)
    for columns, lines in ((100, 30), (70, 16), (140, 45)):
        terminal.resize(columns, lines)
        terminal.frames(3, since=len(terminal.shown))
        assert len(terminal.screen) == lines
        assert {len(line) for line in terminal.screen} == {columns}
        assert any("Ctrl-C ends" in line for line in terminal.screen)
    drawings = terminal.shown.split(HOME)[2:]
    assert all("\x1b[2J" not in drawing and "\x1b[K" not in drawing for drawing in drawings), "that would flicker"
    terminal.interrupt()
    assert terminal.ended() == 130
    assert terminal.shown.count(ENTER) == terminal.shown.count(LEAVE) == 1
    assert CURSOR in terminal.shown.rpartition(HOME)[2]
    assert terminal.left_behind.endswith("interrupted\n")
    assert "Traceback" not in terminal.shown


def test_a_replay_shows_the_clock_the_phase_the_watermark_and_the_labels(minutes, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(minutes))
    terminal = Terminal(*REPLAY, columns=120)
    terminal.until("scans")
    terminal.frames(3, since=len(terminal.shown))
    text = "\n".join(terminal.screen)
    for said in ("premarket until 09:30 ET, in ", "watermark 0", "of 5 symbols had a bar", "lag ", "next scan 0"):
        assert said in text
    assert "[simulated] [replay] up to date" in text
    terminal.interrupt()
    assert terminal.ended() == 130


def test_a_replay_that_is_over_leaves_its_last_rows(minutes, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(minutes))
    terminal = Terminal("replay", DAY, "--scanner-type", "volume_spike", columns=120)
    assert terminal.ended() == 0
    assert "volume_spike" in terminal.left_behind
    assert terminal.left_behind.endswith("rows; scanned to 20:00 ET\n")


def test_a_monitor_ends_after_its_duration_and_leaves_the_counts(minutes, monkeypatch):
    monkeypatch.setenv("SCANNER_DATA_DIR", str(minutes))
    terminal = Terminal("monitor", *ROUNDS, "--duration", "1")
    assert terminal.ended() == 0
    assert "volume_spike" in terminal.left_behind
    assert "scans a minute" in terminal.left_behind
