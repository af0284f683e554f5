"""Phases of the trading day: their name and their bounds, by hand on the odd days and by a calendar library on all."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import numpy as np
import pandas_market_calendars
import pytest

from tapehawk.core.errors import BadInput
from tapehawk.core.phases import Phase, phase_at
from tapehawk.core.sessions import us_calendar

# The library calls pandas in ways that pandas 3.1 deprecates; nothing here does.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


def utc(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp()) * 1_000_000


NAMED = {  # an instant, and its phase with its bounds, all UTC and worked by hand
    "early close: premarket": ("2026-11-27 09:00", "premarket", "2026-11-27 09:00", "2026-11-27 14:30"),
    "early close: regular to 13:00": ("2026-11-27 17:59", "regular", "2026-11-27 14:30", "2026-11-27 18:00"),
    "early close: after hours from 13:00": ("2026-11-27 18:00", "after_hours", "2026-11-27 18:00", "2026-11-27 22:00"),
    "early close: closed from 17:00": ("2026-11-27 22:00", "closed", "2026-11-27 22:00", "2026-11-30 09:00"),
    "Thanksgiving": ("2026-11-26 17:00", "closed", "2026-11-26 01:00", "2026-11-27 09:00"),
    "a weekend": ("2026-11-21 17:00", "closed", "2026-11-21 01:00", "2026-11-23 09:00"),
    "Friday before spring's change": ("2026-03-06 14:30", "regular", "2026-03-06 14:30", "2026-03-06 21:00"),
    "the night of spring's change": ("2026-03-08 07:00", "closed", "2026-03-07 01:00", "2026-03-09 08:00"),
    "Monday after spring's change": ("2026-03-09 13:29", "premarket", "2026-03-09 08:00", "2026-03-09 13:30"),
    "Friday before autumn's change": ("2026-10-30 23:59", "after_hours", "2026-10-30 20:00", "2026-10-31 00:00"),
    "the night of autumn's change": ("2026-11-01 06:00", "closed", "2026-10-31 00:00", "2026-11-02 09:00"),
    "Monday after autumn's change": ("2026-11-02 14:30", "regular", "2026-11-02 14:30", "2026-11-02 21:00"),
    "a summer evening": ("2026-07-06 23:59", "after_hours", "2026-07-06 20:00", "2026-07-07 00:00"),
}


@pytest.mark.parametrize(("at", "name", "since", "until"), NAMED.values(), ids=list(NAMED))
def test_t5_an_instant_has_a_phase_that_began_and_will_end(at, name, since, until):
    assert phase_at("us", utc(at)) == Phase(name, utc(since), utc(until))


FIRST, LAST = "2018-01-01", "2027-12-31"
ORDER = ("premarket", "regular", "after_hours", "closed")


def edges_of_the_library() -> np.ndarray:
    """Ten years of edges as another hand has them: premarket open, open, close, end of after hours, and so on."""
    nyse = pandas_market_calendars.get_calendar("NYSE")
    columns = ["pre", "market_open", "market_close", "post"]
    schedule = nyse.schedule(FIRST, LAST, market_times=columns, tz="UTC")
    return schedule[columns].to_numpy("datetime64[us]").astype(np.int64).ravel()


def test_t5_over_ten_years_every_phase_has_the_name_and_the_bounds_that_a_calendar_library_gives_it():
    edges = edges_of_the_library().tolist()
    assert len(edges) > 2_500 * 4
    for number, (since, until) in enumerate(pairwise(edges)):
        expected = Phase(ORDER[number % 4], since, until)
        assert phase_at("us", since) == phase_at("us", until - 1) == expected


def test_those_ten_years_hold_both_clock_changes_and_early_closes():
    edges = edges_of_the_library().reshape(-1, 4)
    regular = (edges[:, 2] - edges[:, 1]) // 60_000_000
    assert sorted(set(regular.tolist())) == [210, 390]
    opens = edges[:, 1] // 60_000_000 % 1440
    assert sorted(set(opens.tolist())) == [13 * 60 + 30, 14 * 60 + 30]
    assert np.count_nonzero(np.diff(opens)) == 2 * 10


def test_crypto_is_continuous_and_never_changes():
    for at in ("2026-11-26 17:00", "2026-03-08 07:00", "2026-11-28 00:00"):
        phase = phase_at("crypto", utc(at))
        assert (phase.name, phase.until) == ("continuous", None)
        assert phase.since <= utc(at)


def test_where_the_table_ends_a_phase_ends_with_it_and_beyond_is_an_error():
    calendar = us_calendar()
    last = phase_at("us", calendar.ends - 1)
    assert (last.name, last.until) == ("closed", calendar.ends)
    assert phase_at("us", calendar.begins).since == calendar.begins
    with pytest.raises(BadInput):
        phase_at("us", calendar.ends)
