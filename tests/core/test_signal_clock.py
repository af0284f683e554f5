"""The clock of signals: bars in order, bars between, and when they close; cooldowns by it."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tapehawk.core.cooldown import Cooldown, cooled
from tapehawk.core.sessions import day_number, us_calendar
from tapehawk.core.signal_clock import Clock

US = us_calendar()
EARLY, BEFORE, AFTER = dt.date(2026, 11, 27), dt.date(2026, 11, 25), dt.date(2026, 11, 30)


def days(*dates: dt.date) -> np.ndarray:
    return np.array([day_number(date) for date in dates])


def test_the_bar_after_a_sessions_last_is_the_next_sessions_first():
    clock = Clock("5m", "regular", "us")
    slots = clock.slots(days(BEFORE, EARLY), np.array([385.0, 0.0]))
    assert slots[1] - slots[0] == 1
    extended = Clock("1m", "extended", "us").slots(days(BEFORE, EARLY), np.array([959.0, 0.0]))
    assert extended[1] - extended[0] == 1


def test_sessions_and_weeks_count_as_one_bar_each_whatever_lies_between():
    assert np.diff(Clock("1d", "regular", "us").slots(days(BEFORE, EARLY, AFTER), np.zeros(3))).tolist() == [1, 1]
    assert np.diff(Clock("1w", "regular", "us").slots(days(BEFORE, AFTER), np.zeros(2))).tolist() == [1]
    assert np.diff(Clock("1d", "regular", "crypto").slots(days(BEFORE, EARLY), np.zeros(2))).tolist() == [2]


@pytest.mark.parametrize(
    ("timeframe", "hours", "date", "closes"),
    [
        ("1d", "regular", EARLY, "18:00"), ("1d", "extended", EARLY, "18:00"), ("1w", "regular", BEFORE, "18:00"),
        ("5m", "extended", EARLY, "22:00"), ("5m", "regular", BEFORE, "21:00"),
    ],
)  # fmt: skip
def test_a_session_closes_with_its_hours_and_a_week_with_its_last_session(timeframe, hours, date, closes):
    clock, day = Clock(timeframe, hours, "us"), days(date)
    begins = US.close_of(day, hours) - 1
    at = dt.datetime.fromtimestamp(int(clock.closed_at(day, begins)[0]) / 1e6, dt.UTC)
    assert f"{at:%H:%M}" == closes
    assert at.date() == (EARLY if timeframe == "1w" else date)


def test_marks_rise_with_time_and_a_weeks_bars_share_one():
    clock = Clock("5m", "regular", "us")
    assert (np.diff(clock.marks(days(BEFORE, EARLY, EARLY), np.array([385.0, 0.0, 5.0]))) > 0).all()
    week = Clock("1w", "regular", "us").marks(days(BEFORE, EARLY, AFTER), np.zeros(3))
    assert week[0] == week[1] < week[2]


def test_rows_are_located_by_when_their_bars_begin():
    session, minute = Clock("1d", "regular", "us").located(US.open_of(days(EARLY)))
    assert (session.tolist(), minute.tolist()) == (days(EARLY).tolist(), [0.0])


def test_a_setup_within_five_bars_of_a_signal_is_none_and_lengthens_no_silence():
    assert cooled(["a"] * 5, [10, 13, 15, 16, 21]) == [True, False, False, True, False]
    assert cooled(["a", "b", "a"], [1, 2, 3]) == [True, True, False]


def test_what_is_said_again_meets_what_it_met_before():
    cooldown = Cooldown()
    for slot in (10, 20):
        assert cooldown.passes("a", slot)
    assert not cooldown.passes("a", 12)
    cooldown.forget("a", 10)
    assert cooldown.passes("a", 12)
