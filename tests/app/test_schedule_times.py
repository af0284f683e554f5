"""When schedules are due: by the clock, by a wall clock that is put back and forward, by the exchange's calendar."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from tapehawk.app.phasing import day_plan
from tapehawk.app.schedule_times import after_session, cron, every, while_closed
from tapehawk.app.settings import settings

NEW_YORK = ZoneInfo("America/New_York")


def utc(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def here(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(dt.UTC)


def times(due, first, last, step=dt.timedelta(minutes=1)):
    """Return every instant that is due while a clock runs, looking again and again."""
    found, now = [], first
    while now <= last:
        at = due(now)
        assert at is None or at <= now
        if at is not None and at > first and (not found or at != found[-1]):
            found.append(at)
        now += step
    return found


def test_a_period_beats_whatever_happens_to_the_clocks():
    due = every(dt.timedelta(minutes=15))
    assert due(utc("2026-03-02T15:30:00")) == utc("2026-03-02T15:30:00")
    assert due(utc("2026-03-02T15:44:59")) == utc("2026-03-02T15:30:00")
    night = times(due, utc("2026-03-08T05:00:00"), utc("2026-03-08T09:00:00"))  # clocks go forward in New York
    assert [b - a for a, b in pairwise(night)] == [dt.timedelta(minutes=15)] * 15


def test_a_time_of_the_wall_clock_is_due_at_it_and_not_before():
    due = cron("30 3 * * *")
    assert due(here("2026-01-20T03:29:59")) == here("2026-01-19T03:30:00")
    assert due(here("2026-01-20T03:30:00")) == here("2026-01-20T03:30:00")
    assert due(here("2026-01-20T23:00:00")) == here("2026-01-20T03:30:00")


@pytest.mark.parametrize(
    "expression", ["30 2 * * *", *(pytest.param(one, marks=pytest.mark.soak) for one in ("30 1 * * *", "30 3 * * *"))]
)
@pytest.mark.parametrize("night", ["2026-03-08", "2026-11-01"])
def test_every_day_has_one_run_also_those_of_23_and_25_hours(expression, night):
    middle = dt.datetime.fromisoformat(night).replace(tzinfo=dt.UTC)
    found = times(cron(expression), middle - dt.timedelta(days=1), middle + dt.timedelta(days=2))
    days = [at.astimezone(NEW_YORK).date() for at in found]
    assert days == sorted(set(days))
    assert middle.date() in days


def test_a_week_has_one_run():
    found = times(cron("0 6 * * 6"), utc("2026-02-25T00:00:00"), utc("2026-03-25T00:00:00"), dt.timedelta(minutes=30))
    assert [at.astimezone(NEW_YORK).strftime("%a %H:%M") for at in found] == ["Sat 06:00"] * 4
    assert {at.hour for at in found} == {10, 11}  # UTC: before and after the clocks went forward


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        ("2025-03-07", "2025-03-07T20:00"),  # Friday before the clocks go forward
        ("2025-03-10", "2025-03-10T20:00"),  # Monday after
        ("2024-11-29", "2024-11-29T17:00"),  # the day after Thanksgiving closes early
        ("2024-12-24", "2024-12-24T17:00"),
        ("2025-07-03", "2025-07-03T17:00"),
    ],
)
def test_after_a_session_is_after_its_own_end(day, ends):
    due, at = after_session("us", dt.timedelta(minutes=25)), here(ends) + dt.timedelta(minutes=25)
    assert due(at) == at
    assert due(at - dt.timedelta(seconds=1)) < here(f"{day}T00:00")
    assert due(at + dt.timedelta(hours=3)) == at


def test_holidays_and_weekends_have_no_run():
    found = times(
        after_session("us", dt.timedelta(0)),
        here("2024-12-20T21:00"),
        here("2025-01-03T21:00"),
        dt.timedelta(minutes=10),
    )
    assert [f"{at.astimezone(NEW_YORK):%m-%d %H:%M}" for at in found] == [
        "12-23 20:00", "12-24 17:00", "12-26 20:00", "12-27 20:00", "12-30 20:00", "12-31 20:00",
        "01-02 20:00", "01-03 20:00",
    ]  # fmt: skip


def test_coins_have_a_run_a_day():
    found = times(
        after_session("crypto", dt.timedelta(minutes=25)),
        utc("2026-03-06T01:00"),
        utc("2026-03-10T01:00"),
        dt.timedelta(minutes=5),
    )
    assert found == [utc(f"2026-03-{day:02}T00:25") for day in (7, 8, 9, 10)]


def test_looks_while_closed_begin_with_the_night_and_end_with_it(monkeypatch):
    monkeypatch.setenv("SCANNER__SESSIONS__CLOSED_INTERVAL", "180")
    due = while_closed(day_plan(settings(), "us"))
    found = times(due, here("2024-11-27T19:00"), here("2024-12-02T12:00"), dt.timedelta(minutes=10))
    said = [f"{at.astimezone(NEW_YORK):%d %H:%M}" for at in found]
    assert said[:9] == [
        "27 20:00", "27 23:00", "28 02:00", "28 05:00", "28 08:00", "28 11:00", "28 14:00", "28 17:00", "28 20:00",
    ]  # fmt: skip  # Thanksgiving is closed
    assert "29 02:00" in said
    assert "29 05:00" not in said, "premarket"
    assert "29 17:00" in said, "it closes early"
    assert said[-1] == "02 02:00"


def test_while_the_market_is_open_no_look_is_due_and_none_is_caught_up(monkeypatch):
    due = while_closed(day_plan(settings(), "us"))
    assert due(here("2026-03-02T03:59:59")) == here("2026-03-02T03:50")
    for at in ("04:00", "09:30", "15:59", "19:59:59"):
        assert due(here(f"2026-03-02T{at}")) is None
    assert due(here("2026-03-02T20:00")) == here("2026-03-02T20:00")
    assert due(here("2026-03-02T20:09:59")) == here("2026-03-02T20:00")
