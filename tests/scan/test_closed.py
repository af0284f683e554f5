"""Which bars have closed, on each timeframe, around the edges of sessions, weeks and clocks."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core.panel import Panel
from tapehawk.core.sessions import day_number, us_calendar
from tapehawk.scan.closed import Closed, closes_of, due_session
from tests.analysis import tapes


def instant(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1e6)


def last_starts(panel: Panel, at: str) -> list[str]:
    """Start of each symbol's last closed bar."""
    closed = Closed.at(panel, instant(at))
    return [str(panel.time[end - 1].astype("datetime64[us]"))[:16] for end in closed.ends]


# LAST is Friday 2024-03-01; New York is five hours behind UTC, so sessions are 14:30 to 21:00.
@pytest.mark.parametrize(
    ("timeframe", "at", "start"),
    [
        ("1d", "2024-03-01T20:59", "2024-02-29T00:00"),
        ("1d", "2024-03-01T21:00", "2024-03-01T00:00"),
        ("1d", "2024-02-19T23:00", "2024-02-16T00:00"),  # a holiday
        ("1w", "2024-03-01T20:59", "2024-02-20T00:00"),  # the week before began on a Tuesday
        ("1w", "2024-03-01T21:00", "2024-02-26T00:00"),
        ("1w", "2024-02-23T21:00", "2024-02-20T00:00"),
        ("5m", "2024-03-01T15:04", "2024-03-01T14:55"),
        ("5m", "2024-03-01T15:05", "2024-03-01T15:00"),
        ("5m", "2024-03-01T14:34", "2024-02-29T20:55"),
        ("1h", "2024-03-01T15:30", "2024-03-01T14:30"),
        ("1h", "2024-03-01T20:59", "2024-03-01T19:30"),
        ("1h", "2024-03-01T21:00", "2024-03-01T20:30"),  # the last one is short
        ("1h", "2024-03-01T15:29", "2024-02-29T20:30"),
    ],
)
def test_the_last_closed_bar(timeframe, at, start):
    assert last_starts(tapes.panel(timeframe, 80), at) == [start] * 3


def test_a_session_that_ends_early_closes_its_bars_early():
    days = us_calendar().sessions_between(dt.date(2023, 11, 20), dt.date(2023, 11, 24))
    time = np.concatenate(
        [us_calendar().open_of(days[-2:-1]), us_calendar().open_of(days[-1:]) + np.arange(4) * 3_600_000_000]
    )
    columns = dict.fromkeys(("open", "high", "low", "close", "volume"), np.ones(5))
    columns |= {"session": np.array([days[-2], *[days[-1]] * 4], float), "minute": np.arange(5.0)}
    panel = Panel(("AAA",), np.array([0, 5]), time, columns, timeframe="1h")
    assert last_starts(panel, "2023-11-24T17:59") == ["2023-11-24T16:30"]
    assert last_starts(panel, "2023-11-24T18:00") == ["2023-11-24T17:30"]  # 13:00 in New York
    assert int(closes_of(panel, np.array([4]))[0]) == instant("2023-11-24T18:00")


def test_crypto_closes_around_the_clock():
    hours = np.arange(72)
    columns = dict.fromkeys(("open", "high", "low", "close", "volume"), np.ones(72))
    columns |= {"session": 19_000.0 + hours // 24, "minute": hours % 24 * 60.0}
    panel = Panel(
        ("BTC/USDT",), np.array([0, 72]), (19_000 * 24 + hours) * 3_600_000_000, columns, "1h", calendar="crypto"
    )
    start = 19_001 * tapes.DAY
    for minutes, behind in ((0, 1), (59, 1), (60, 0), (119, 0)):
        end = Closed.at(panel, start + minutes * 60_000_000).ends[0]
        assert panel.time[end - 1] == start - behind * 3_600_000_000


def test_before_the_first_bar_none_has_closed():
    panel = tapes.panel("1d", 5)
    closed = Closed.at(panel, instant("2023-01-03T12:00"))
    assert closed.ends.tolist() == panel.starts[:-1].tolist()
    assert (closed.newest, closed.until) == (None, None)
    assert closed.why_none("AAA") == "no 1d bar of AAA has closed"
    assert closed.why_none("NOPE") == "no 1d bars of NOPE are stored"


@pytest.mark.parametrize(
    ("timeframe", "at", "due"),
    [
        ("1d", "2024-03-01T20:00", dt.date(2024, 2, 29)),
        ("1d", "2024-03-02T20:00", dt.date(2024, 3, 1)),
        ("1w", "2024-03-01T20:00", dt.date(2024, 2, 20)),
        ("1w", "2024-03-02T20:00", dt.date(2024, 2, 26)),
        ("5m", "2024-03-01T14:32", dt.date(2024, 2, 29)),
        ("5m", "2024-03-01T14:35", dt.date(2024, 3, 1)),
    ],
)
def test_the_session_whose_bar_is_due(timeframe, at, due):
    assert due_session(tapes.panel(timeframe, 80), instant(at)) == day_number(due)


@pytest.mark.parametrize(("missing", "behind"), [(0, 0), (1, 1), (5, 5)])
def test_sessions_without_a_bar_are_counted(missing, behind):
    panel = tapes.panel("1d", 40)
    kept = np.concatenate([np.arange(40 - missing), np.arange(40, 120)])
    shorter = replace(
        panel,
        starts=np.array([0, 40 - missing, 80 - missing, 120 - missing]),
        time=panel.time[kept],
        columns={name: x[kept] for name, x in panel.columns.items()},
        stale=("AAA",),
    )
    at = instant("2024-03-02T12:00")
    closed = Closed.at(shorter, at)
    assert closed.behind(np.arange(3), at).tolist() == [behind, 0, 0]
    assert (closed.why_late(0, behind) is None) == (behind < 3)
    assert closed.why_late(1, 3) == "no 1d bar of BBB since 2024-03-01, for 3 sessions: delisted, or gone from the data"
    assert "halted, or late in the data" in closed.why_late(0, 3)
