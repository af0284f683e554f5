"""Times as files write them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tapehawk.data.times import in_zone, read_times

AT = dt.datetime(2024, 1, 2, 14, 30)  # noqa: DTZ001  what `time` holds; `zoned` says whether it is UTC


@pytest.mark.parametrize(
    ("written", "zoned"),
    [
        ("2024-01-02T14:30:00Z", True),
        ("2024-01-02T09:30:00-05:00", True),
        ("2024-01-02 20:00:00+0530", True),
        ("2024-01-02 14:30:00 UTC", True),
        ("2024-01-02 14:30:00.000000+00:00", True),
        ("1704205800", True),
        ("1704205800000", True),
        ("1704205800000000000", True),
        ("1704205800.0", True),
        ("2024-01-02 14:30:00", False),
        ("2024-01-02 14:30", False),
        ("2024/01/02 14:30", False),
        ("20240102 143000", False),
        ("20240102 1430", False),
        ("  2024-01-02T14:30:00.000  ", False),
    ],
)
def test_one_instant_in_many_hands(written, zoned):
    assert read_times(pl.Series([written, written])).rows() == [(AT, zoned)] * 2


@pytest.mark.parametrize("written", ["2024-01-02", "20240102", "2024/01/02", 20240102, dt.date(2024, 1, 2)], ids=repr)
def test_a_date_is_its_midnight_in_no_zone(written):
    assert read_times(pl.Series([written])).rows() == [(dt.datetime(2024, 1, 2), False)]  # noqa: DTZ001


@pytest.mark.parametrize("written", ["", "yesterday", "2024-13-01", "2024-01-02 25:00", "01/02/2024", None])
def test_what_can_not_be_read_is_null(written):
    assert read_times(pl.Series(["2024-01-02", written], dtype=pl.String))["time"].to_list()[1] is None


def test_one_broken_number_does_not_spoil_the_others():
    read = read_times(pl.Series(["1704205800", "oops", "1704205860"]))
    assert [time is not None for time in read["time"]] == [True, False, True]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_typed_times_keep_their_instant(unit):
    column = pl.Series([AT.replace(tzinfo=dt.UTC)]).dt.cast_time_unit(unit).dt.convert_time_zone("Asia/Tokyo")
    assert read_times(column).rows() == [(AT, True)]


def test_wall_clocks_follow_the_zones_clock_changes():
    walls = ["2024-03-08 09:30", "2024-03-11 09:30", "2024-03-10 02:30", "2024-11-03 01:30"]
    found = read_times(pl.Series(walls)).select(in_zone(pl.col("time"), "America/New_York"))["time"].to_list()
    assert [time and f"{time:%H:%M}" for time in found] == ["14:30", "13:30", None, "05:30"]
