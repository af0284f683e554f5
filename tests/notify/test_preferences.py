"""Quiet hours and digests by the clock on the wall, also on the days it is changed."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tapehawk.notify.preferences import Digest, Preferences, QuietHours

MINUTE = dt.timedelta(minutes=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def quiet(start: str, end: str, zone: str = "America/New_York") -> Preferences:
    return Preferences(time_zone=zone, quiet_hours=QuietHours(start=start, end=end))


# New York: summer time ends 2026-11-01 06:00 UTC (02:00 EDT → 01:00 EST), begins 2026-03-08 07:00 UTC (02:00 → 03:00).
@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        ("22:00", "07:00", "2026-11-20T02:59", "2026-11-20T02:59"),  # 21:59 EST
        ("22:00", "07:00", "2026-11-20T03:00", "2026-11-20T12:00"),  # 22:00 EST → 07:00 EST
        ("22:00", "07:00", "2026-11-20T12:00", "2026-11-20T12:00"),
        ("22:00", "07:00", "2026-11-01T03:00", "2026-11-01T12:00"),  # a night of ten hours
        ("22:00", "07:00", "2026-03-08T04:00", "2026-03-08T11:00"),  # one of eight
        ("00:00", "01:30", "2026-11-01T04:10", "2026-11-01T05:30"),  # 01:30 comes the first time: over
        ("00:00", "01:30", "2026-11-01T05:45", "2026-11-01T05:45"),  # 01:45 EDT
        ("00:00", "01:30", "2026-11-01T06:10", "2026-11-01T06:30"),  # 01:10 again, EST
        ("01:00", "02:30", "2026-03-08T06:10", "2026-03-08T07:00"),  # 02:30 never comes: over at 03:00
        ("12:00", "13:00", "2026-11-20T17:59:59", "2026-11-20T18:00"),
    ],
)
def test_quiet_hours_end_when_the_clock_says_so(start, end, now, until):
    assert quiet(start, end).quiet_until(utc(now)) == utc(until)


CLOCK = st.times().map(lambda time: f"{time:%H:%M}")
ZONES = st.sampled_from(["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
AROUND_A_CHANGE = st.sampled_from(["2026-03-08", "2026-11-01", "2026-03-29", "2026-10-25", "2026-04-05", "2026-10-04"])


@given(CLOCK, CLOCK, ZONES, AROUND_A_CHANGE, st.integers(0, 2 * 1440))
def test_between_now_and_their_end_every_minute_is_quiet_and_the_end_is_not(start, end, zone, day, minute):
    if start == end:
        return
    wanted, now = quiet(start, end, zone), utc(day) + minute * MINUTE
    until = wanted.quiet_until(now)

    def shown(at: dt.datetime) -> bool:
        clock = at.astimezone(wanted.zone).strftime("%H:%M")
        return start <= clock < end if start < end else not end <= clock < start

    assert not shown(until)
    assert all(shown(now + n * MINUTE) for n in range((until - now) // MINUTE))


@pytest.mark.parametrize(
    ("digest", "zone", "now", "due"),
    [
        ({"every_minutes": 15}, "UTC", "2026-11-20T15:31", "2026-11-20T15:45"),
        ({"every_minutes": 15}, "UTC", "2026-11-20T15:45", "2026-11-20T16:00"),
        ({"at": "16:30"}, "America/New_York", "2026-11-20T21:29", "2026-11-20T21:30"),
        ({"at": "16:30"}, "America/New_York", "2026-11-20T21:30", "2026-11-21T21:30"),
        ({"at": "16:30"}, "America/New_York", "2026-10-31T20:31", "2026-11-01T21:30"),  # EDT, then EST
        ({"at": "02:30"}, "America/New_York", "2026-03-08T06:00", "2026-03-08T07:30"),  # shown as 03:30
        ({"at": "01:30"}, "America/New_York", "2026-11-01T05:00", "2026-11-01T05:30"),  # once, not twice
        ({"at": "01:30"}, "America/New_York", "2026-11-01T05:30", "2026-11-02T06:30"),
    ],
)
def test_a_digest_goes_out_at_its_time(digest, zone, now, due):
    assert Preferences(time_zone=zone, digest=Digest(**digest)).due(utc(now)) == utc(due)


def test_a_digest_that_falls_into_quiet_hours_goes_out_at_their_end():
    hours = QuietHours(start="22:00", end="07:00")
    wanted = Preferences(time_zone="UTC", quiet_hours=hours, digest=Digest(every_minutes=60))
    assert wanted.due(utc("2026-11-20T21:30")) == utc("2026-11-21T07:00")


@given(st.one_of(st.builds(lambda n: {"every_minutes": n}, st.integers(1, 1440)), CLOCK.map(lambda at: {"at": at})),
       ZONES, AROUND_A_CHANGE, st.integers(0, 2 * 1440))  # fmt: skip
def test_a_digest_is_always_later_and_within_about_a_day(digest, zone, day, minute):
    now = utc(day) + minute * MINUTE
    due = Preferences(time_zone=zone, digest=Digest(**digest)).due(now)
    assert MINUTE <= due - now + MINUTE <= dt.timedelta(hours=26)
    assert due > now


@pytest.mark.parametrize(
    "bad",
    [
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../etc/passwd"},
        {"quiet_hours": {"start": "22:00", "end": "22:00"}},
        {"quiet_hours": {"start": "24:00", "end": "07:00"}},
        {"quiet_hours": {"start": "22:00"}},
        {"digest": {}},
        {"digest": {"every_minutes": 5, "at": "09:00"}},
        {"digest": {"every_minutes": 0}},
        {"colour": "red"},
    ],
)
def test_what_makes_no_sense_is_refused(bad):
    with pytest.raises(ValidationError):
        Preferences(**bad)
