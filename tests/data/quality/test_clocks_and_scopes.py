"""Bars on the wrong clock, and volumes that can't be compared: planted in a clean market and found."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.data.quality.planted import DAILY, FIVE, market, minutes, places, sessions, told

DAY = sessions(81)[80]


def plus(**duration):
    return pl.col("time") + pl.duration(**duration)


# ----------------------------------------------------------------------------------------------------- time zone


@pytest.mark.parametrize(("shift", "said"), [(1, "one day too late"), (-1, "one day too early")])
def test_daily_bars_dated_a_day_off_are_on_the_wrong_clock(shift, said):
    found = told(market().with_columns(time=plus(days=shift)))
    (clock,) = [one for one in found if one.kind == "time_zone"]
    assert (clock.symbol, clock.severity) == (None, "error")
    assert said in clock.detail


def test_one_bar_on_a_saturday_is_told_with_its_day():
    saturday = dt.date(2023, 3, 4)
    stray = market().filter(pl.col("symbol") == "CCC", pl.col("time").dt.date() == dt.date(2023, 3, 3))
    stray = stray.with_columns(pl.col("close") * 1.001, time=plus(days=1))
    (clock,) = told(pl.concat([market(), stray]))
    assert (clock.kind, clock.symbol, clock.date) == ("time_zone", "CCC", saturday)
    assert "Saturday" in clock.detail


@pytest.mark.parametrize("hours", [-5, -1, 1, 4])
def test_intraday_bars_hours_away_from_their_session_are_on_the_wrong_clock(hours):
    found = told(minutes().with_columns(time=plus(hours=hours)), FIVE)
    (clock,) = [one for one in found if one.kind == "time_zone"]
    assert (clock.symbol, clock.severity) == (None, "error")
    assert f"{abs(hours)} hours too {'late' if hours > 0 else 'early'}" in clock.detail


def test_one_symbol_on_another_clock_is_told_by_name():
    off = minutes().with_columns(time=pl.when(pl.col("symbol") == "CCC").then(plus(hours=3)).otherwise("time"))
    found = [one for one in told(off, FIVE) if one.kind == "time_zone"]
    assert [one.symbol for one in found] == ["CCC"]


# -------------------------------------------------------------------------------------------------- volume scope


def test_the_day_on_which_a_series_changes_its_scope_is_an_edge():
    days = pl.DataFrame({"session": [10, 11, 12, 13], "scope": ["iex", "iex", "consolidated", "consolidated"]})
    scopes = pl.concat([days.with_columns(symbol=pl.lit(name)) for name in ("AAA", "BBB")])
    scopes = scopes.select("symbol", pl.col("session").cast(pl.Int64), "scope")
    (edge,) = told(market(), DAILY, scopes=scopes)
    assert (edge.kind, edge.symbol, edge.date) == ("volume_scope", None, dt.date(1970, 1, 13))
    assert edge.detail == "the volume of 2 symbols is consolidated from here, iex before"


def test_a_feed_that_was_changed_without_saying_so_shows_in_everybodys_volume():
    hidden = market().with_columns(
        volume=pl.when(pl.col("time").dt.date() >= DAY).then(pl.col("volume") * 25).otherwise("volume")
    )
    (edge,) = told(hidden)
    assert (edge.kind, edge.symbol, edge.date, edge.severity) == ("volume_scope", None, DAY, "error")


def test_one_busy_day_of_the_market_is_no_edge():
    busy = market().with_columns(
        volume=pl.when(pl.col("time").dt.date() == DAY).then(pl.col("volume") * 8).otherwise("volume")
    )
    assert told(busy) == []


@pytest.mark.parametrize(("times", "said"), [(30, "times as much from here"), (1 / 30, "times less from here")])
def test_a_symbol_whose_volume_is_another_after_a_month_without_bars_is_told_by_name(times, said):
    days = sessions(120)
    gone = pl.col("time").dt.date().is_between(days[50], days[79]) & (pl.col("symbol") == "CCC")
    later = (pl.col("time").dt.date() >= DAY) & (pl.col("symbol") == "CCC")
    holed = market().filter(~gone)
    assert places(told(holed), "volume_scope") == []
    whole = market().with_columns(volume=pl.when(later).then(pl.col("volume") * times).otherwise("volume"))
    assert places(told(whole), "volume_scope") == [], "without a hole it is a busy symbol"
    found = told(holed.with_columns(volume=pl.when(later).then(pl.col("volume") * times).otherwise("volume")))
    (edge,) = [one for one in found if one.kind == "volume_scope"]
    assert (edge.symbol, edge.date, edge.severity) == ("CCC", DAY, "warning")
    assert said in edge.detail
