"""The calendar against other hands: pandas-market-calendars, exchange_calendars, and a slow walk with zoneinfo."""

import datetime as dt
import importlib.util
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import exchange_calendars
import numpy as np
import pandas_market_calendars
import pytest

from tapehawk.core.errors import BadInput, OutOfBounds, UnknownName
from tapehawk.core.session_table import expand
from tapehawk.core.sessions import (
    DAY,
    MINUTE,
    PHASES,
    Calendar,
    calendar_named,
    crypto_calendar,
    date_of,
    day_number,
    us_calendar,
)

# Both libraries call pandas in ways that pandas 3.1 deprecates; nothing here does.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

NEW_YORK = ZoneInfo("America/New_York")
SHIPPED = resources.files("tapehawk.core").joinpath("sessions_us.csv").read_text(encoding="ascii")

# From 2007 on there are no late opens. Before, the first library calls the minutes (or the morning) before a late open
# closed, and we call them premarket; test_the_libraries_differ_… and test_late_opens_… say what we keep there.
FIRST, LAST = dt.date(2007, 1, 1), dt.date(2030, 12, 31)


def micros(stamps):
    """Microseconds UTC of a pandas column of instants."""
    return stamps.to_numpy("datetime64[us]").astype(np.int64)


def at(text, zone=NEW_YORK):
    """Microseconds UTC of a wall clock, one instant."""
    return np.array([int(dt.datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000_000])


def days(*dates):
    return np.array([day_number(dt.date.fromisoformat(date)) for date in dates])


def phase_names(calendar, times):
    return [PHASES[code] for code in calendar.phases(times)]


@pytest.fixture(scope="module")
def schedule():
    """The calendar library's own answer, every edge in UTC."""
    nyse = pandas_market_calendars.get_calendar("NYSE")
    return nyse.schedule(FIRST, LAST, market_times=["pre", "market_open", "market_close", "post"], tz="UTC")


EDGES = {  # the library's column: our phase one microsecond before that instant, and at it
    "pre": ("closed", "premarket"),
    "market_open": ("premarket", "regular"),
    "market_close": ("regular", "after_hours"),
    "post": ("after_hours", "closed"),
}


def disagreements(calendar, schedule):
    """Boundaries on which the calendar and the schedule differ; then dates on which one alone has a session."""
    found = []
    for column, expected in EDGES.items():
        edge = micros(schedule[column])
        for instants, phase in zip((edge - 1, edge), expected, strict=True):
            wrong = calendar.phases(instants) != PHASES.index(phase)
            found += [f"{column} of {date:%Y-%m-%d}: not {phase}" for date in schedule.index[wrong]]
    ours = {f"{date_of(day)}" for day in calendar.sessions_between(FIRST, LAST)}
    return found + [f"session {date}" for date in sorted(ours ^ {f"{date:%Y-%m-%d}" for date in schedule.index})]


def test_every_session_boundary_is_the_calendar_library_s_to_the_microsecond(schedule):
    assert len(schedule) > 24 * 250
    assert disagreements(us_calendar(), schedule) == []


def without(*kinds):
    """The shipped table, less its lines of some kinds but for the first of each."""
    kept, seen = [], set()
    for line in SHIPPED.splitlines(keepends=True):
        kind = line.split(",")[1] if line[0].isdigit() else None
        if kind not in kinds or kind not in seen:
            kept.append(line)
        seen.add(kind)
    return "".join(kept)


@pytest.mark.parametrize(
    ("table", "caught"),
    [
        (without("utc_offset"), "market_open of 2024-07-01: not regular"),
        (without("close"), "market_close of 2024-07-03: not after_hours"),
        (SHIPPED.replace("2018-12-05,holiday,\n", ""), "session 2018-12-05"),
        (SHIPPED.replace("2024-03-10,", "2024-03-17,"), "pre of 2024-03-11: not premarket"),
        (SHIPPED.replace("2025-11-28,close,13:00", "2025-11-28,close,13:01"), "market_close of 2025-11-28"),
    ],
    ids=["daylight saving ignored", "early closes ignored", "holiday forgotten", "clocks a week late", "a minute late"],
)
def test_the_check_of_boundaries_catches_a_planted_bug(schedule, table, caught):
    assert table != SHIPPED
    assert any(found.startswith(caught) for found in disagreements(Calendar("us", *expand(table)), schedule))


def test_the_check_of_boundaries_catches_a_bar_placed_by_its_end(schedule):
    class ByEnd(Calendar):
        def phases(self, times):
            return super().phases(times + 1)

    assert len(disagreements(ByEnd("us", *expand(SHIPPED)), schedule)) >= 4 * len(schedule)


def test_regular_hours_are_those_of_a_second_library(schedule):
    second = exchange_calendars.get_calendar("XNYS", start=f"{FIRST}", end=f"{LAST}").schedule
    sessions = us_calendar().sessions_between(FIRST, LAST)
    assert np.array_equal(sessions, micros(second.index) // DAY)
    assert np.array_equal(us_calendar().open_of(sessions), micros(second["open"]))
    assert np.array_equal(us_calendar().close_of(sessions), micros(second["close"]))


def test_the_libraries_differ_before_2007_on_eight_days_and_we_keep_the_first_one_s_answer():
    calendar, second = us_calendar(), exchange_calendars.get_calendar("XNYS", start="1998-01-01", end="2006-12-31")
    sessions = calendar.sessions_between(dt.date(1998, 1, 1), dt.date(2006, 12, 31))
    assert np.array_equal(sessions, micros(second.schedule.index) // DAY)
    late = calendar.open_of(sessions) != micros(second.schedule["open"])
    assert [f"{date_of(day)}" for day in sessions[late]] == [
        "2001-09-17", "2001-10-08", "2002-09-11", "2003-03-20", "2004-06-07", "2006-12-27",
    ]  # fmt: skip
    closes = calendar.close_of(sessions) != micros(second.schedule["close"])
    assert [f"{date_of(day)}" for day in sessions[closes]] == ["1999-12-31", "2005-06-01"]


def test_late_opens_lengthen_the_premarket_and_an_outage_does_not_shorten_after_hours():
    noon = us_calendar().need_session(dt.date(2002, 9, 11))
    assert [noon.premarket_open, noon.open] == [*at("2002-09-11T04:00"), *at("2002-09-11T12:00")]
    outage = us_calendar().need_session(dt.date(2005, 6, 1))
    assert [outage.close, outage.after_hours_close] == [*at("2005-06-01T15:56"), *at("2005-06-01T20:00")]


def test_the_shipped_table_is_what_the_generator_writes():
    path = Path(__file__).parents[2] / "scripts" / "generate_sessions.py"
    spec = importlib.util.spec_from_file_location("generate_sessions", path)
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    assert generator.table() == SHIPPED


def slow_phase(instant, sessions, early):
    """The phase told by a wall clock, one instant at a time."""
    local = dt.datetime.fromtimestamp(instant / 1e6, NEW_YORK)
    if local.date() not in sessions:
        return "closed"
    close, end = (dt.time(13), dt.time(17)) if local.date() in early else (dt.time(16), dt.time(20))
    edges = [(dt.time(4), "closed"), (dt.time(9, 30), "premarket"), (close, "regular"), (end, "after_hours")]
    return next((phase for before, phase in edges if local.time() < before), "closed")


def test_random_instants_have_the_phase_that_a_wall_clock_tells():
    second = exchange_calendars.get_calendar("XNYS", start=f"{FIRST}", end=f"{LAST}")
    sessions, early = set(second.sessions.date), set(second.early_closes.date)
    random = np.random.default_rng(7)
    anywhere = random.integers(*at("2007-01-02T00:00"), *at("2030-12-31T00:00"), 4_000)
    clock_changes = [at(f"{year}-{day}T00:00")[0] for year in range(2007, 2031) for day in ("03-06", "10-30")]
    around = (np.array(clock_changes)[:, None] + random.integers(0, 12 * DAY, 60)).ravel()
    times = np.concatenate([anywhere, around])
    assert phase_names(us_calendar(), times) == [slow_phase(instant, sessions, early) for instant in times.tolist()]


# Instants


@pytest.mark.parametrize(
    ("wall", "hours", "minute"),
    [
        ("2024-03-08T09:30", "regular", 0.0),  # the Friday before clocks go forward
        ("2024-03-11T09:30", "regular", 0.0),  # the Monday after
        ("2024-03-11T15:59:30", "regular", 389.5),
        ("2024-03-11T09:30", "extended", 330.0),
        ("2024-03-11T04:00", "extended", 0.0),
        ("2024-03-11T19:59", "extended", 959.0),
        ("2024-07-03T12:59", "regular", 209.0),
        ("2024-07-03T16:59", "extended", 779.0),
    ],
)
def test_locate_tells_the_session_and_the_minutes_since_the_open_of_those_hours(wall, hours, minute):
    session, since_open = us_calendar().locate(at(wall), hours)
    assert (date_of(session[0]).isoformat(), since_open[0]) == (wall[:10], minute)


@pytest.mark.parametrize(
    ("wall", "hours"),
    [
        ("2024-03-11T09:29:59", "regular"),
        ("2024-03-11T16:00", "regular"),
        ("2024-07-03T13:00", "regular"),
        ("2024-07-03T17:00", "extended"),
        ("2024-03-11T20:00", "extended"),
        ("2024-07-04T12:00", "extended"),
        ("1998-01-01T12:00", "extended"),  # before the first session, a holiday
    ],
)
def test_locate_gives_no_session_and_no_minute_outside_those_hours(wall, hours):
    session, minute = us_calendar().locate(at(wall), hours)
    assert session[0] == -1
    assert np.isnan(minute[0])


def test_locate_agrees_with_the_phases_on_every_half_hour_of_two_years():
    times = np.arange(at("2023-01-01T00:00")[0], at("2025-01-01T00:00")[0], 30 * MINUTE)
    phases = np.array(phase_names(us_calendar(), times))
    regular, extended = (us_calendar().locate(times, hours)[0] != -1 for hours in ("regular", "extended"))
    assert np.array_equal(regular, phases == "regular")
    assert np.array_equal(extended, phases != "closed")


def test_no_instants_give_empty_answers():
    none = np.array([], np.int64)
    assert us_calendar().phases(none).shape == (0,)
    assert [part.shape for part in us_calendar().locate(none)] == [(0,), (0,)]


@pytest.mark.parametrize(
    ("wall", "minutes", "hours", "start", "end"),
    [
        ("2024-03-11T10:29", 60, "regular", "09:30", "10:30"),
        ("2024-03-11T10:30", 60, "regular", "10:30", "11:30"),
        ("2024-03-11T15:45", 60, "regular", "15:30", "16:00"),
        ("2024-03-11T13:30", 240, "regular", "13:30", "16:00"),
        ("2024-07-03T12:45", 60, "regular", "12:30", "13:00"),
        ("2024-03-11T09:30", 60, "extended", "09:00", "10:00"),
        ("2024-07-03T16:10", 240, "extended", "16:00", "17:00"),
    ],
)
def test_buckets_start_at_the_open_and_the_last_one_is_short(wall, minutes, hours, start, end):
    bucket = us_calendar().buckets(at(wall), minutes, hours)
    assert bucket == (at(f"{wall[:10]}T{start}"), at(f"{wall[:10]}T{end}"))


def test_a_crypto_bucket_starts_on_the_utc_clock():
    start, end = crypto_calendar().buckets(at("2024-03-10T23:59", dt.UTC), 240)
    assert (start, end) == (at("2024-03-10T20:00", dt.UTC), at("2024-03-11T00:00", dt.UTC))


def test_no_bucket_holds_an_instant_outside_those_hours():
    assert us_calendar().buckets(at("2024-03-11T09:00"), 60) == (-1, -1)


def test_crypto_has_one_phase_and_its_session_is_the_utc_date():
    times = at("2024-03-10T00:00", dt.UTC) + np.array([-1, 0, DAY - 1, DAY])
    assert phase_names(crypto_calendar(), times) == ["continuous"] * 4
    for hours in ("regular", "extended"):
        session, minute = crypto_calendar().locate(times, hours)
        assert np.array_equal(session, days("2024-03-09", "2024-03-10", "2024-03-10", "2024-03-11"))
        assert np.array_equal(np.floor(minute), [1439, 0, 1439, 0])


# Days


def test_hours_of_days_open_close_and_last_as_the_calendar_says():
    sessions = days("2024-07-02", "2024-07-03")
    assert us_calendar().minutes_in(sessions).tolist() == [390, 210]
    assert us_calendar().minutes_in(sessions, "extended").tolist() == [960, 780]
    assert np.array_equal(us_calendar().open_of(sessions[:1], "extended"), at("2024-07-02T04:00"))
    assert np.array_equal(us_calendar().close_of(sessions[1:], "extended"), at("2024-07-03T17:00"))
    assert crypto_calendar().minutes_in(sessions).tolist() == [1440, 1440]


def test_a_day_without_a_session_has_no_hours():
    assert us_calendar().is_session(days("2024-07-03", "2024-07-04", "2024-07-06")).tolist() == [True, False, False]
    with pytest.raises(BadInput, match="no session on 2024-07-04"):
        us_calendar().close_of(days("2024-07-03", "2024-07-04"))


def test_a_session_holds_the_four_edges_of_its_date():
    session = us_calendar().session_on(dt.date(2024, 7, 3))
    edges = [session.premarket_open, session.open, session.close, session.after_hours_close]
    assert edges == [at(f"2024-07-03T{clock}")[0] for clock in ("04:00", "09:30", "13:00", "17:00")]


def test_a_date_without_a_session_is_answered_with_its_neighbours():
    assert us_calendar().session_on(dt.date(2024, 1, 1)) is None
    assert us_calendar().nearest(dt.date(2024, 1, 1)) == (dt.date(2023, 12, 29), dt.date(2024, 1, 2))
    with pytest.raises(BadInput, match="no session on 2024-01-01") as error:
        us_calendar().need_session(dt.date(2024, 1, 1))
    assert error.value.hint == "the nearest sessions are 2023-12-29 and 2024-01-02"


def test_previous_and_next_leave_out_the_date_itself():
    assert us_calendar().previous(dt.date(2024, 1, 3)) == dt.date(2024, 1, 2)
    assert us_calendar().next(dt.date(2024, 1, 2)) == dt.date(2024, 1, 3)


def test_q16_shift_counts_sessions_not_days():
    assert np.array_equal(us_calendar().shift(days("2023-12-29", "2024-07-03"), 1), days("2024-01-02", "2024-07-05"))
    assert np.array_equal(us_calendar().shift(days("2024-01-02"), -5), days("2023-12-22"))


def test_sessions_between_takes_in_both_ends():
    between = us_calendar().sessions_between(dt.date(2024, 7, 3), dt.date(2024, 7, 5))
    assert np.array_equal(between, days("2024-07-03", "2024-07-05"))
    assert us_calendar().sessions_between(dt.date(2024, 7, 6), dt.date(2024, 7, 7)).size == 0


def test_a_week_runs_from_its_first_to_its_last_session():
    first, last = us_calendar().week_of(days("2024-01-03", "2024-03-28", "2024-04-01"))
    assert np.array_equal(first, days("2024-01-02", "2024-03-25", "2024-04-01"))  # New Year's Day was a Monday
    assert np.array_equal(last, days("2024-01-05", "2024-03-28", "2024-04-05"))  # Good Friday was the 29th
    monday, sunday = crypto_calendar().week_of(days("2024-01-03"))
    assert (date_of(monday[0]), date_of(sunday[0])) == (dt.date(2024, 1, 1), dt.date(2024, 1, 7))


# Bounds

BEYOND = {
    "phases": lambda us: us.phases(at("2031-01-01T00:00")),
    "locate": lambda us: us.locate(at("1997-12-31T23:59")),
    "buckets": lambda us: us.buckets(at("2031-01-02T10:00"), 60),
    "not a time": lambda us: us.phases(np.array(["NaT"], "datetime64[us]").astype(np.int64)),
    "is_session": lambda us: us.is_session(days("2031-01-02")),
    "open_of": lambda us: us.open_of(days("1997-12-31")),
    "close_of": lambda us: us.close_of(days("2024-07-03", "2031-01-02")),
    "shift": lambda us: us.shift(days("2030-12-30"), 2),
    "week_of": lambda us: us.week_of(days("2030-12-31")),
    "session_on": lambda us: us.session_on(dt.date(2031, 1, 1)),
    "need_session": lambda us: us.need_session(dt.date(1997, 12, 31)),
    "previous": lambda us: us.previous(dt.date(1998, 1, 2)),
    "next": lambda us: us.next(dt.date(2030, 12, 31)),
    "sessions_between": lambda us: us.sessions_between(dt.date(2030, 1, 1), dt.date(2031, 1, 1)),
}


@pytest.mark.parametrize("ask", BEYOND.values(), ids=BEYOND)
def test_beyond_the_table_is_an_error_that_tells_its_reach(ask):
    with pytest.raises(BadInput, match="reaches from 1998-01-01 to 2030-12-31"):
        ask(us_calendar())


def test_the_reach_is_whole_days_in_new_york():
    assert phase_names(us_calendar(), at("1998-01-01T00:00")) == ["closed"]
    assert phase_names(us_calendar(), at("2031-01-01T00:00") - 1) == ["closed"]
    assert phase_names(us_calendar(), at("2030-12-31T19:59")) == ["after_hours"]


def test_unknown_hours_and_calendars_are_named_with_the_nearest_valid_one():
    with pytest.raises(UnknownName, match="unknown hours 'extendd'") as hours:
        us_calendar().locate(at("2024-07-03T10:00"), "extendd")
    assert hours.value.nearest == ["extended"]
    with pytest.raises(UnknownName, match="unknown calendar 'cryptoo'"):
        calendar_named("cryptoo")
    with pytest.raises(OutOfBounds, match="0 minutes"):
        us_calendar().buckets(at("2024-07-03T10:00"), 0)


def test_a_calendar_is_read_once_and_can_not_be_changed():
    assert calendar_named("us") is us_calendar()
    assert calendar_named("crypto") is crypto_calendar()
    with pytest.raises(ValueError, match="read-only"):
        us_calendar().open[0] = 0
