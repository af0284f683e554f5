"""Questions that make no sense are refused before anything is computed, each with what to do."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from tapehawk.core.errors import BadInput, NoData, OutOfBounds, UnknownName
from tapehawk.scan.desk import Desk
from tapehawk.scan.parameters import configured
from tapehawk.scan.question import Question, days_asked, selection
from tapehawk.scanners.breakout import Breakout
from tapehawk.scanners.lc import Lc
from tests.scan.market import ask, calm, days, fill, frame
from tests.scanners.tape import full_sessions, intraday, market

PANEL = market({"AAA": calm(30), "BBB": calm(20)})  # from 2022-01-03
FIVE = intraday("5m", full_sessions("5m", 3))
DAY = dt.date(2022, 1, 14)


def chosen(question: Question, panel) -> list[int]:
    """Which bars of a one-symbol panel are asked for."""
    asked = days_asked(question, panel)
    return np.flatnonzero(selection(question, asked, panel)(panel.block(0, len(panel.symbols)))).tolist()


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ({"scan_date": DAY, "start_date": DAY}, "a date and a range at once", "--start-date and --end-date"),
        (
            {"start_date": DAY, "end_date": dt.date(2022, 1, 13)},
            "the range ends (2022-01-13) before it starts (2022-01-14)",
            "--start-date 2022-01-13 --end-date 2022-01-14",
        ),
        ({"cutoff": "09:50"}, "a cutoff on 1d bars", "--timeframe 5m"),
        ({"cutoff": "9h50", "timeframe": "5m"}, "'9h50' is not a time of day", "09:50"),
        ({"cutoff": "25:00", "timeframe": "5m"}, "'25:00' is not a time of day", "09:50"),
        ({"cutoff": "09:50+02:00", "timeframe": "5m"}, "is not a time of day", "09:50"),
    ],
)
def test_contradictions_are_refused(asked, message, hint):
    with pytest.raises(BadInput) as error:
        Question("inside_bar", **asked)
    assert message in error.value.message
    assert hint in error.value.hint


@pytest.mark.parametrize("day", [dt.date(2022, 1, 17), dt.date(2022, 1, 15)])
def test_a_date_without_a_session_is_answered_with_the_nearest_ones(day):
    with pytest.raises(BadInput, match=f"no session on {day}") as error:
        days_asked(Question("inside_bar", scan_date=day), PANEL)
    assert error.value.hint == "the nearest sessions are 2022-01-14 and 2022-01-18"


def test_a_date_beyond_what_is_stored_says_how_far_it_reaches():
    with pytest.raises(
        NoData, match="nothing is stored for 2021-12-30: 1d bars reach from 2022-01-03 to 2022-02-14"
    ) as error:
        days_asked(Question("inside_bar", scan_date=dt.date(2021, 12, 30)), PANEL)
    assert error.value.hint == "ask for a date between these; scanner sync and scanner import bring more"


def test_without_a_date_it_is_the_last_session_stored():
    assert days_asked(Question("inside_bar", timeframe="5m"), FIVE).date == dt.date(2022, 1, 5)
    assert days_asked(Question("inside_bar"), PANEL).date == dt.date(2022, 2, 14)


def test_an_open_range_reaches_to_the_ends_of_what_is_stored():
    since = days_asked(Question("inside_bar", start_date=DAY), PANEL)
    until = days_asked(Question("inside_bar", end_date=DAY), PANEL)
    assert (since.start, since.date) == (DAY, dt.date(2022, 2, 14))
    assert (until.start, until.date) == (dt.date(2022, 1, 3), DAY)


def test_a_date_asks_for_one_bar_a_symbol_and_a_range_for_every_bar():
    assert len(chosen(Question("inside_bar", scan_date=DAY), PANEL)) == 2
    assert len(chosen(Question("inside_bar", start_date=DAY, end_date=dt.date(2022, 1, 19)), PANEL)) == 6


def test_on_intraday_bars_a_date_asks_for_the_last_bar_and_a_cutoff_for_the_last_one_closed_by_then():
    second = dt.date(2022, 1, 4)
    assert chosen(Question("inside_bar", scan_date=second, timeframe="5m"), FIVE) == [2 * 78 - 1]
    for cutoff, bar in (("09:35", 0), ("09:50", 3), ("09:54", 3), ("16:00", 77), ("18:00", 77)):
        assert chosen(Question("inside_bar", scan_date=second, timeframe="5m", cutoff=cutoff), FIVE) == [78 + bar]


def test_a_cutoff_in_a_range_asks_for_one_bar_a_session():
    question = Question("inside_bar", start_date=dt.date(2022, 1, 3), timeframe="5m", cutoff="10:00")
    assert chosen(question, FIVE) == [5, 78 + 5, 156 + 5]


@pytest.mark.parametrize(
    ("hours", "cutoff", "first"),
    [("regular", "09:30", "09:35"), ("regular", "04:10", "09:35"), ("extended", "04:04", "04:05")],
)
def test_a_cutoff_by_which_no_bar_has_closed_is_refused(hours, cutoff, first):
    panel = intraday("5m", full_sessions("5m", 1), hours=hours)
    question = Question("inside_bar", timeframe="5m", hours=hours, cutoff=cutoff)
    with pytest.raises(BadInput, match=f"no 5m bar of the {hours} hours has closed by {cutoff}") as error:
        selection(question, days_asked(question, panel), panel)
    assert error.value.hint == f"the first closes at {first}"


# -------------------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize(
    ("kind", "given", "error", "message", "hint"),
    [
        (Breakout, {"min_prise": 5}, UnknownName, "unknown parameter 'min_prise' (scanner breakout)", "'min_price'"),
        (Breakout, {"min_price": -1}, OutOfBounds, "min_price = -1", "at least 0"),
        (Breakout, {"consolidation_period": 1000}, OutOfBounds, "consolidation_period = 1000", "at most 250"),
        (Breakout, {"consolidation_period": "five"}, BadInput, "consolidation_period = 'five'", "at least 1"),
        (Lc, {"side": "both"}, BadInput, "side = 'both'", "one of none, long, short"),
    ],
)  # fmt: skip
def test_parameters_are_checked_where_they_are_declared(kind, given, error, message, hint):
    with pytest.raises(error) as caught:
        configured(kind, given)
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_texts_of_numbers_are_numbers():
    assert configured(Breakout, {"min_price": "7.5", "consolidation_period": "3"}).min_price == 7.5


# ---------------------------------------------------------------------------------------------------- names and places


@pytest.fixture
def desk(tmp_path) -> Desk:
    return Desk(fill(tmp_path / "store", frame("AAPL", calm(30), days(30)), frame("MSFT", calm(30), days(30))))


@pytest.mark.parametrize(
    ("asked", "error", "message", "hint"),
    [
        ({"scanner_type": "brekout"}, UnknownName, "unknown scanner 'brekout'", "did you mean 'breakout'"),
        ({"symbols": ("AAPL", "MSTF")}, UnknownName, "unknown symbol 'MSTF'", "did you mean 'MSFT'"),
        ({"symbols": ("aapl",)}, UnknownName, "unknown symbol 'aapl'", "did you mean 'AAPL'"),
        ({"universe": "etf"}, NoData, "needs the symbols table", "scanner import"),
        ({"timeframe": "5m"}, NoData, "no 5m bars are stored", "import"),
        ({"timeframe": "2h"}, UnknownName, "unknown timeframe '2h'", "1h"),
        ({"hours": "late"}, UnknownName, "unknown hours 'late'", "extended"),
        ({"parameters": {"min_price": -3}}, OutOfBounds, "min_price = -3", "at least 0"),
    ],
)  # fmt: skip
def test_the_desk_says_what_is_wrong_and_what_to_do(desk, asked, error, message, hint):
    with pytest.raises(error) as caught:
        desk.run(Question(**{"scanner_type": "inside_bar", **asked}))
    assert message in caught.value.message
    assert hint in caught.value.hint


def test_a_timeframe_that_a_scanner_is_not_defined_on():
    with pytest.raises(BadInput, match="lc is not defined on 5m bars") as error:
        ask(FIVE, Lc())
    assert error.value.hint == "it is on 1d"


def test_a_store_that_is_not_there(tmp_path):
    with pytest.raises(NoData, match="there is no bar store") as error:
        Desk(tmp_path / "nothing").run(Question("inside_bar"))
    assert "make demo" in error.value.hint
