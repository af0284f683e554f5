"""Which bars a replay plays: the fastest of the series that answers a scan, if they have the day and its symbols."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import polars as pl
import pytest

from tapehawk.core.errors import NoData
from tapehawk.core.series import Series
from tapehawk.data import store
from tapehawk.data.panels import PanelQuestion
from tapehawk.data.played import played_series
from tests.data.bar_frames import AS_TRADED, minutes

DAY, BEFORE = dt.date(2024, 1, 3), dt.date(2024, 1, 2)
SIMULATED = Series("sim", "sim", simulated=True)


@pytest.fixture
def keep(root):
    """Return a function that stores the bar at the open of a day, of each of some symbols."""

    def keep(timeframe: str, names: str = "AB", *, day: dt.date = DAY, series: Series = AS_TRADED) -> None:
        opens = dt.datetime.combine(day, dt.time(14, 30), dt.UTC)
        frame = pl.concat([minutes(name, opens, [10.0]) for name in names])
        store.append_bars(root, [(replace(series, timeframe=timeframe), frame)])

    return keep


@pytest.fixture
def played(root):
    """Return a function that says whose bars are played, and of which timeframe."""

    def played(timeframe: str, **about) -> str:
        found = played_series(root, PanelQuestion(timeframe), DAY, **about)
        return f"{found.provider} {found.timeframe}"

    return played


def test_minutes_go_before_the_bars_asked_for(keep, played):
    keep("30m")
    assert played("30m") == "test 30m"
    keep("5m")
    assert played("30m") == "test 5m"
    keep("1m")
    assert [played(timeframe) for timeframe in ("30m", "5m", "1m")] == ["test 1m"] * 3


def test_what_is_not_stored_is_made_of_faster_bars(keep, played):
    keep("1m")
    assert played("5m") == "test 1m"


def test_minutes_of_another_day_are_not_played(keep, played):
    keep("5m")
    keep("1m", day=BEFORE)
    assert played("5m") == "test 5m"


def test_minutes_are_played_where_the_bars_asked_for_lack_the_day(keep, played):
    keep("5m", day=BEFORE)
    keep("1m")
    assert played("5m") == "test 1m"


def test_minutes_of_another_series_are_not_played(keep, played):
    keep("5m")
    keep("1m", series=SIMULATED)
    assert played("5m") == "test 5m"


def test_minutes_of_fewer_symbols_are_played_for_those_only(keep, played):
    keep("5m", "ABC")
    keep("1m", "AB")
    assert played("5m") == "test 5m"
    assert played("5m", symbols=("A", "B")) == "test 1m"
    assert played("5m", symbols=("A", "C")) == "test 5m"


@pytest.mark.parametrize(("asked", "stored"), [("4h", "1h"), ("1w", "1d"), ("5m", "15m"), ("1d", "1m")])
def test_what_can_not_be_folded_as_it_comes_is_no_data(keep, played, asked, stored):
    """An hour's bar begins at 04:00 or at 09:30, and closes after its session has."""
    keep(stored)
    with pytest.raises(NoData, match=f"no {asked} bars are stored; stored are {stored}"):
        played(asked)


def test_hours_are_not_played_for_slower_bars_that_are_stored(keep, played):
    keep("4h")
    keep("1h")
    assert played("4h") == "test 4h"
