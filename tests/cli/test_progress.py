"""The progress of a sync: how many steps are done, at what rate, and how long the others will take."""

from __future__ import annotations

import io
import re
import sys
from contextlib import contextmanager

import pytest

from tapehawk.app.settings import settings
from tapehawk.cli import sync, terminal
from tapehawk.data.sync.report import Progress


class OnTerminal(io.StringIO):
    """Standard error that is a terminal."""

    def isatty(self):
        return True


def on_a_terminal(monkeypatch):
    """Count some steps on a terminal; return what it showed."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys, "stderr", OnTerminal())
    with terminal.counting(settings(), "syncing") as count:
        count(5, 20, "12,000 bars, 1,200/s, 30 s left")
    return sys.stderr.getvalue()


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (Progress(0, 20, 0, 0.0), "0 bars, 0/s"),
        (Progress(5, 20, 12_000, 10.0), "12,000 bars, 1,200/s, 30 s left"),
        (Progress(10, 250, 1_000, 60.0), "1,000 bars, 17/s, 24 min left"),
        (Progress(20, 20, 48_000, 40.0), "48,000 bars, being checked"),
    ],
)
def test_the_rate_is_of_what_came_and_the_time_left_of_the_steps_that_are_done(now, said):
    assert sync._rate(now) == said


def test_a_terminal_shows_parts_rate_and_time_left_and_is_clean_afterwards(monkeypatch):
    shown = on_a_terminal(monkeypatch)
    assert "syncing" in shown
    assert "5/20 12,000 bars, 1,200/s, 30 s left" in re.sub(r"\x1b\[[0-9;]*m", "", shown)
    assert shown.endswith("\x1b[2K"), "the line is taken away"


def test_no_bar_is_shown_where_none_is_wanted(monkeypatch):
    monkeypatch.setenv("SCANNER__CLI__PROGRESS_BARS", "false")
    assert on_a_terminal(monkeypatch) == ""


def test_a_sync_counts_its_steps_to_the_last(scanner, monkeypatch):
    counts = []

    @contextmanager
    def counting(known, what):
        yield lambda *now: counts.append(now)

    monkeypatch.setattr(terminal, "counting", counting)
    scanner("sync", "--provider", "sim", "--since", "2026-06-01")
    steps = len(counts)
    assert [now[:2] for now in counts] == [(done + 1, steps) for done in range(steps)]
    assert counts[0][2].endswith("left")
    assert counts[-1][2].endswith("bars, being checked")
