"""Freshness: what must be stored by when, on each timeframe, and who is late."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.sessions import crypto_calendar, day_number, us_calendar
from tapehawk.data.freshness import GRACE_MINUTES, Newest, late, overdue

NEW_YORK = ZoneInfo("America/New_York")
FRIDAY, MONDAY = dt.date(2024, 3, 1), dt.date(2024, 3, 4)


def new_york(date: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(hour, minute), NEW_YORK).astimezone(dt.UTC)


def newest(timeframe: str, session: dt.date, at: dt.datetime | None = None, *, market="us", hours="regular") -> Newest:
    start = at or dt.datetime.combine(session, dt.time(), dt.UTC)
    return Newest(timeframe, market, hours, day_number(session), int(start.timestamp() * 1e6))


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (new_york(FRIDAY, 17), None),
        (new_york(MONDAY, 9), None),  # a weekend makes nothing stale
        (new_york(MONDAY, 21, 59), None),  # six hours after the close
        (new_york(MONDAY, 22, 1), "2024-03-01"),
        (new_york(dt.date(2024, 3, 8), 12), "2024-03-01"),
    ],
)
def test_a_days_bar_is_due_six_hours_after_its_close(now, since):
    assert late(newest("1d", FRIDAY), now) == since


def test_an_early_close_makes_the_days_bar_due_earlier():
    eve, before = dt.date(2024, 7, 3), dt.date(2024, 7, 2)
    assert late(newest("1d", before), new_york(eve, 18, 59)) is None
    assert late(newest("1d", before), new_york(eve, 19, 1)) == str(before)


def test_a_weeks_bar_is_due_when_its_last_session_is():
    week = dt.date(2024, 2, 26)
    assert late(newest("1w", week), new_york(dt.date(2024, 3, 8), 21)) is None
    assert late(newest("1w", week), new_york(dt.date(2024, 3, 8), 23)) == str(week)


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (new_york(MONDAY, 10, 20), None),
        (new_york(MONDAY, 10, 33), "2024-03-04T15:05Z"),
        (new_york(MONDAY, 18), "2024-03-04T15:05Z"),
    ],
)
def test_a_minute_bar_is_due_twenty_minutes_after_its_end(now, since):
    assert late(newest("5m", MONDAY, new_york(MONDAY, 10)), now) == since


def test_outside_regular_hours_no_minute_is_due():
    last = newest("5m", FRIDAY, new_york(FRIDAY, 15, 55), hours="extended")
    for now in (
        new_york(FRIDAY, 19),
        new_york(dt.date(2024, 3, 2), 12),
        new_york(MONDAY, 9, 29),
        new_york(MONDAY, 9, 50),
    ):
        assert late(last, now) is None
    assert late(last, new_york(MONDAY, 10, 5)) == "2024-03-01T21:00Z"


def test_coins_are_due_around_the_clock():
    midnight = dt.datetime(2024, 3, 3, tzinfo=dt.UTC)
    assert late(newest("1h", midnight.date(), midnight, market="crypto"), midnight + dt.timedelta(hours=2)) is None
    assert late(newest("1h", midnight.date(), midnight, market="crypto"), midnight + dt.timedelta(hours=3)) is not None
    assert late(newest("1d", dt.date(2024, 3, 2), market="crypto"), midnight + dt.timedelta(hours=5)) is None
    assert late(newest("1d", dt.date(2024, 3, 1), market="crypto"), midnight + dt.timedelta(hours=7)) == "2024-03-01"


def test_every_timeframe_has_a_contract_and_a_clock_beyond_the_table_says_nothing():
    assert set(GRACE_MINUTES) == {"1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"}
    assert late(newest("1d", FRIDAY), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)) is None


@given(hours=st.floats(0, 24 * 40), more=st.floats(0, 24 * 40), timeframe=st.sampled_from(sorted(GRACE_MINUTES)))
def test_bars_that_are_late_stay_late(hours, more, timeframe):
    last = newest(timeframe, FRIDAY, new_york(FRIDAY, 15))
    now = new_york(FRIDAY, 16) + dt.timedelta(hours=hours)
    if late(last, now) is not None:
        assert late(last, now + dt.timedelta(hours=more)) is not None


# ------------------------------------------------------------------------------------------------------ symbols


def days(**last: dt.date) -> dict[str, int]:
    return {name: day_number(date) for name, date in last.items()}


def test_a_listed_symbol_whose_bars_end_early_is_late_and_one_that_left_is_not():
    last = days(AAA=MONDAY, BBB=FRIDAY, CCC=FRIDAY, DDD=FRIDAY)
    listed = {"AAA": None, "BBB": None, "CCC": day_number(FRIDAY), "DDD": day_number(dt.date(2026, 8, 21))}
    assert overdue(last, listed, us_calendar()) == ("BBB", "DDD")


def test_of_unknown_listing_a_symbol_is_late_for_ten_sessions():
    last = days(AAA=MONDAY, BBB=dt.date(2024, 2, 16), CCC=dt.date(2024, 2, 15))
    assert overdue(last, {}, us_calendar()) == ("BBB",)


def test_nobody_is_late_in_an_empty_store_or_when_all_end_together():
    assert overdue({}, {}, us_calendar()) == ()
    assert overdue(days(A=FRIDAY, B=FRIDAY), {}, crypto_calendar()) == ()
