"""Parity, day by day: every stored day says the same live as in history. Six days always, all of them in the soak.

Real minutes have holes, edges of volume scope, mixed series, a split and half days; simulated ones come late, wrong at
first, not at all for a while, with halts, delistings, both changes of the clock and an early close.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from tapehawk.app.asking import Asked
from tapehawk.app.parity import parity
from tapehawk.app.settings import settings
from tapehawk.core.errors import NoData
from tapehawk.core.sessions import us_calendar
from tapehawk.data import store
from tapehawk.data.imports import ImportOptions, import_path
from tapehawk.data.providers.sim import Simulator
from tapehawk.scan.parity import Parity
from tests.app.lived_market import lived

FILES = {"1m": "us_1m", "5m": "us_5m"}
APPLE = pl.DataFrame(
    {"symbol": "AAPL", "ex_date": dt.date(2014, 6, 9), "type": "split", "split_to": 7.0, "split_from": 1.0}
)
SCOPES = ("consolidated", "partial_feed")
SPANS = {
    "spring": (dt.date(2024, 3, 4), dt.date(2024, 3, 15)),  # clocks go forward on the 10th
    "autumn": (dt.date(2024, 10, 30), dt.date(2024, 11, 8)),  # and back on November 3rd
    "thanksgiving": (dt.date(2026, 11, 18), dt.date(2026, 12, 4)),  # an early close on the 27th
}


@pytest.fixture(scope="session")
def real(shared, tmp_path_factory):
    """Return a function that imports one of the files, once, and returns its store."""
    stores: dict[str, Path] = {}

    def imported(timeframe: str) -> Path:
        if timeframe not in stores:
            stores[timeframe] = tmp_path_factory.mktemp("real") / timeframe
            import_path(stores[timeframe], shared / f"{FILES[timeframe]}.parquet", ImportOptions("none"))
            import_path(stores[timeframe], shared / "corporate_actions.parquet", ImportOptions())
            store.append_actions(stores[timeframe], APPLE)  # of a year that file does not have
        return stores[timeframe]

    return imported


@pytest.fixture(scope="session")
def simulated(tmp_path_factory):
    """Return a function that receives a span's days live, once, or some first ones; returns the store and the days."""
    stores: dict[tuple, tuple[Path, list[dt.date]]] = {}

    def received(first: dt.date, last: dt.date) -> tuple[Path, list[dt.date]]:
        if (first, last) not in stores:
            root = tmp_path_factory.mktemp("simulated")
            stores[first, last] = root, lived(root, Simulator(seed=5, symbols=400), first, last)
        return stores[first, last]

    return received


@pytest.fixture
def compared(monkeypatch):
    """Return a function that compares a day of a store, with every scanner of the timeframe."""

    def compared(root: Path, timeframe: str, day: dt.date, hours: str, *, series: str = "") -> Parity:
        monkeypatch.setenv("SCANNER_DATA_DIR", str(root))
        monkeypatch.setenv("SCANNER__PROVIDERS__PREFER_US", series)
        return parity(settings(), Asked(["all"], timeframe=timeframe, hours=hours), day, on_step=lambda _: None)

    return compared


def first_differences(found: Parity) -> list[str]:
    return [f"{found.day}: {one}" for one in found.differences[:3]]


# ------------------------------------------------------------------------------------------- six days


@pytest.mark.parametrize(
    ("timeframe", "day", "hours", "rows"),
    [
        ("1m", dt.date(2014, 6, 9), "regular", 100),  # AAPL 7:1
        ("1m", dt.date(2025, 10, 1), "regular", 40),  # NFLX before its 10:1, which sets equal prices apart in history
        ("1m", dt.date(2024, 3, 11), "extended", 100),  # SPY, 04:00 to 20:00, the day after clocks went forward
        ("1m", dt.date(2026, 1, 22), "regular", 1000),  # the first of consolidated volume, 31 names
        ("5m", dt.date(2025, 11, 28), "extended", 500),  # half a day, scopes mixed
    ],
)
def test_a_real_day_says_the_same_live_as_in_history(real, compared, timeframe, day, hours, rows):
    found = compared(real(timeframe), timeframe, day, hours)
    assert first_differences(found) == []
    assert found.historical == found.live > rows


@pytest.mark.parametrize(
    ("timeframe", "day", "hours"),
    [("5m", dt.date(2014, 6, 9), "regular"), ("30m", dt.date(2024, 3, 11), "extended")],
)
def test_a_real_day_of_minutes_says_the_same_as_slower_bars_and_triggers_with_them(
    real, compared, timeframe, day, hours
):
    found = compared(real("1m"), timeframe, day, hours)
    assert first_differences(found) == []
    assert found.historical == found.live > found.intrabar > 0


@pytest.mark.parametrize("day", [dt.date(2026, 11, 27), pytest.param(dt.date(2024, 3, 11), marks=pytest.mark.soak)])
def test_a_simulated_day_with_late_and_revised_bars_says_the_same_live_as_in_history(simulated, compared, day):
    root, _ = simulated(day, day)
    found = compared(root, "1m", day, "extended")
    assert first_differences(found) == []
    assert found.historical == found.live > 100


# ------------------------------------------------------------------------------------------- all days


def every_day(root: Path, timeframe: str, scope: str) -> tuple[str, Iterable[dt.date]]:
    (series,) = [one.series for one in store.stored_series(root, timeframe) if one.series.volume_scope == scope]
    return series.id, store.stored_sessions(root, series)


@pytest.mark.soak
@pytest.mark.parametrize("hours", ["regular", "extended"])
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("timeframe", FILES)
def test_every_real_day_says_the_same_live_as_in_history(real, compared, timeframe, scope, hours):
    root = real(timeframe)
    series, days = every_day(root, timeframe, scope)
    differ, rows = [], 0
    for day in days:
        try:
            found = compared(root, timeframe, day, hours, series=series)
        except NoData:  # bars of the premarket or after hours alone
            assert hours == "regular"
            continue
        differ += first_differences(found)
        rows += found.historical
    assert differ == []
    assert rows > 0


@pytest.mark.soak
@pytest.mark.parametrize("span", SPANS)
def test_every_simulated_day_says_the_same_live_as_in_history(simulated, compared, span):
    root, days = simulated(*SPANS[span])
    found = [compared(root, "1m", day, "extended") for day in days]
    assert [one for day in found for one in first_differences(day)] == []
    assert all(day.historical > 0 for day in found)


def test_the_simulated_days_are_thirty_with_a_change_of_clocks_both_ways_and_an_early_close():
    sessions = [us_calendar().sessions_between(*span) for span in SPANS.values()]
    assert sum(days.size for days in sessions) == 30
