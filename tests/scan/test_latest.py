"""Which session is meant: the last complete one by default, a date's week on weekly bars, an error where nothing is."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from tapehawk.core.errors import NoData
from tapehawk.core.sessions import crypto_calendar, date_of, us_calendar
from tapehawk.scan.latest import last_complete
from tapehawk.scan.question import Question, days_asked
from tapehawk.scanners.inside_bar import InsideBar
from tests.scan.market import ask, calm
from tests.scanners.tape import Minute, full_sessions, intraday, market

BAR = (100.0, 100.25, 99.75, 100.0, 1e5)


@pytest.mark.parametrize(
    ("bars", "day"), [([0, 60], 4), (range(0, 360, 60), 4), (range(0, 390, 60), 5), ([360], 5)]
)  # hourly bars of the third session; the last begins at 15:30
def test_intraday_the_last_session_counts_once_a_bar_reaches_the_end_of_its_hours(bars, day):
    panel = intraday("1h", [*full_sessions("1h", 2), *(Minute(2, at, BAR) for at in bars)])
    assert date_of(last_complete(panel, us_calendar())) == dt.date(2022, 1, day)


def test_intraday_the_only_session_stored_counts_as_it_is():
    panel = intraday("5m", [Minute(0, 0, BAR)])
    assert date_of(last_complete(panel, us_calendar())) == dt.date(2022, 1, 3)


@pytest.mark.parametrize(("last", "day"), [(22 * 60, 3), (23 * 60, 4)])
def test_crypto_ends_with_the_utc_day(last, day):
    panel = intraday("1h", [Minute(0, 0, BAR), Minute(1, last, BAR)], calendar="crypto")
    assert date_of(last_complete(panel, crypto_calendar())) == dt.date(2022, 1, day)


@pytest.mark.parametrize(("ahead", "day"), [(1, 5), (2, 6), (4, 6)])
def test_daily_it_is_the_last_date_that_half_of_the_symbols_have(ahead, day):
    panel = market({f"S{i}": calm(4 if i < ahead else 3) for i in range(4)})
    assert date_of(last_complete(panel, us_calendar())) == dt.date(2022, 1, day)


def test_daily_a_few_symbols_that_run_ahead_for_days_do_not_count():
    panel = market({f"S{i}": calm(9 if i < 1 else 3) for i in range(4)})
    assert date_of(last_complete(panel, us_calendar())) == dt.date(2022, 1, 13)  # as the date before has no more


# --------------------------------------------------------------------------------------------------------------- weeks


def weekly(weeks: tuple[int, ...] = (0, 1, 2, 4)):
    """Bars of the weeks from 2022-01-03; that of 2022-01-17 begins on the 18th, that of 2022-01-24 is missing."""
    panel = market({"AAA": calm(len(weeks))}, timeframe="1w")
    session = np.array([18_995.0 + 7 * week + (week == 2) for week in weeks])
    return replace(panel, columns={**panel.columns, "session": session})


@pytest.mark.parametrize("day", [17, 18, 19, 21, 23])  # a holiday, the first session, midweek, the last, a Sunday
def test_any_date_of_a_week_asks_for_its_bar(day):
    question = Question("inside_bar", timeframe="1w", scan_date=dt.date(2022, 1, day))
    assert days_asked(question, weekly()).date == dt.date(2022, 1, 18)
    report = ask(weekly(), InsideBar(min_dollar_volume=0), scan_date=dt.date(2022, 1, day))
    assert report.funnel[0]["steps"][2]["passed"] == 1


def test_a_range_that_begins_midweek_has_that_weeks_bar():
    days = days_asked(Question("inside_bar", timeframe="1w", start_date=dt.date(2022, 1, 12)), weekly())
    assert days.start == dt.date(2022, 1, 10)


def test_a_week_without_a_bar_is_an_error_that_names_the_nearest():
    with pytest.raises(NoData, match="no 1w bar is stored for the week of 2022-01-26") as error:
        days_asked(Question("inside_bar", timeframe="1w", scan_date=dt.date(2022, 1, 26)), weekly())
    assert error.value.hint == "the nearest stored: 2022-01-18 and 2022-01-31"
    with pytest.raises(NoData, match="nothing is stored for 2022-03-02"):
        days_asked(Question("inside_bar", timeframe="1w", scan_date=dt.date(2022, 3, 2)), weekly())


# ------------------------------------------------------------------------------------------------- no data is no answer


def test_no_bar_of_any_asked_symbol_is_an_error_not_no_hits():
    panel = market({"AAA": calm(30), "BBB": calm(10)})
    with pytest.raises(NoData, match="BBB has no 1d bar on 2022-01-31") as error:
        ask(panel, InsideBar(), symbols=("BBB",), scan_date=dt.date(2022, 1, 31))
    assert error.value.hint == "the nearest stored: 2022-01-14"
    assert len(ask(panel, InsideBar(), scan_date=dt.date(2022, 1, 31))) == 0


def test_no_bar_closed_by_the_cutoff_is_an_error_too():
    panel = intraday("5m", [Minute(0, 60, BAR), Minute(0, 385, BAR)])
    with pytest.raises(NoData, match="AAA has no 5m bar on 2022-01-03 closed by 10:00"):
        ask(panel, InsideBar(), cutoff="10:00")
