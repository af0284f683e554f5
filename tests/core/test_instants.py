"""Instants as numbers, datetimes and text: each way exact, whatever the zone, the fraction or the century."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.instants import datetime_of, microseconds, rfc3339, rfc3339_each, rfc3339_or_none

KNOWN = [
    ("1970-01-01T00:00:00Z", 0),
    ("2001-09-09T01:46:40Z", 1_000_000_000_000_000),
    ("2009-02-13T23:31:30.000001Z", 1_234_567_890_000_001),
    ("1969-12-31T23:59:59.999999Z", -1),
]


@pytest.mark.parametrize(("text", "instant"), KNOWN)
def test_an_instant_is_read_and_written_to_the_microsecond(text, instant):
    assert microseconds(text) == instant
    assert rfc3339(instant) == rfc3339(datetime_of(instant)) == text


@pytest.mark.parametrize("text", ["2001-09-08T21:46:40-04:00", "2001-09-09T07:31:40+05:45"])
def test_another_zone_is_the_same_instant_and_keeps_its_offset_in_text(text):
    there = dt.datetime.fromisoformat(text)
    assert microseconds(text) == microseconds(there) == 1_000_000_000_000_000
    assert rfc3339(there) == text


@given(st.datetimes(timezones=st.just(dt.UTC)))
def test_no_digit_is_lost_on_the_way_there_and_back(moment):
    assert datetime_of(microseconds(moment)) == moment == dt.datetime.fromisoformat(rfc3339(moment))


def test_without_a_zone_it_is_no_instant():
    with pytest.raises(TypeError):
        microseconds("2024-03-08T15:00:00")
    with pytest.raises(ValueError, match="noon"):
        microseconds("noon")


def test_fractions_are_left_out_where_seconds_are_asked_for():
    assert rfc3339(1_999_999, "seconds") == "1970-01-01T00:00:01Z"
    assert rfc3339_or_none(1_999_999, "seconds") == "1970-01-01T00:00:01Z"
    assert rfc3339_or_none(None) is rfc3339_or_none(0) is None


@given(st.lists(st.integers(-(10**10), 10**10).map(lambda second: second * 1_000_000)))
def test_many_are_written_as_each_is(instants):
    assert rfc3339_each(np.array(instants, dtype=np.int64)) == [rfc3339(one) for one in instants]
