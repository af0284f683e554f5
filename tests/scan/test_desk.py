"""The desk: one question in, one report out, with everything a reader must be told."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.expr import rank
from tapehawk.core.scanner import AT_OPEN, BUY, NONE, SELL, Scanner, Setup
from tapehawk.core.signals import Risk
from tapehawk.data import store
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tapehawk.scan.rows import HOUSE
from tapehawk.scan.universe import universes
from tapehawk.scanners.inside_bar import InsideBar
from tapehawk.scanners.lc import Lc
from tests.scan.market import NOWHERE, SIP, ask, breaking, calm, days, fill, frame, inside_break, minutes_frame, steps
from tests.scanners.tape import full_sessions, intraday, market

HISTORY = 60


class Green(Scanner):
    """Closes above its open."""

    def universe(self):
        return {}

    def setups(self):
        yield Setup(
            "green", BUY, {"green": close > open_}, stop=low, score=close / open_ * 10, show={"body": close - open_}
        )


class Sides(Scanner):
    """A hit with no side, one whose stop is on the wrong side, one known at the open."""

    def universe(self):
        return {}

    def setups(self):
        yield Setup("watch", NONE, {"green": close > open_})
        yield Setup("wrong", BUY, {"green": close > open_}, stop=high * 1.5, base=100)
        yield Setup("gap", SELL, {"gap up": open_ > close[1]}, stop=open_ * 1.1, base=100, entry=open_, known=AT_OPEN)


# ------------------------------------------------------------------------------------------------------------ rows


def test_a_row_has_the_houses_columns_in_order_and_then_the_scanners_own():
    (row,) = ask(market({"AAA": breaking(), "BBB": calm(63)}), InsideBar()).results
    assert tuple(row) == HOUSE
    assert (row["symbol"], row["scanner"], row["pattern"], row["direction"]) == ("AAA", "inside_bar", "breakout", "BUY")
    assert row["entry"] == pytest.approx(102.5)
    assert row["stop"] == 99
    assert (row["target1"], row["target2"]) == pytest.approx((106, 109.5))
    assert row["confluence_factors"] == ["volume", "trend"]
    assert row["confidence"] == row["score"] == pytest.approx(110 * 1.25 * 1.15 / 2)
    assert row["rvol"] == pytest.approx(2)
    assert (row["position_size"], row["size_reason"]) == (97, None)  # 10 % of 100,000 by value
    assert row["risk_amount"] == pytest.approx(97 * 3.5)
    assert row["phase"] == "regular"
    (own,) = ask(market({"AAA": breaking()}), Green()).results
    assert tuple(own) == (*HOUSE, "body")


def test_times_are_the_sessions_open_and_for_what_is_known_its_close():
    (row,) = ask(market({"AAA": breaking()}), InsideBar()).results
    assert (row["bar_time"], row["available_at"]) == ("2022-04-01T13:30:00Z", "2022-04-01T20:00:00Z")


def test_an_early_close_is_known_early_and_a_week_at_its_last_close(tmp_path):
    friday = dt.date(2023, 11, 24)
    sessions = [day for day in days(70, dt.date(2023, 8, 20)) if day <= friday]
    bars = [*calm(len(sessions) - 1), (100, 103, 100, 102, 1e6)]
    desk = Desk(fill(tmp_path, frame("AAA", bars, sessions)))
    (report,) = desk.scan([Green()], Question("green"), desk.asked(Question("green")))
    assert [row["available_at"] for row in report.results] == ["2023-11-24T18:00:00Z"]
    weekly = market({"AAA": [*calm(10), (100, 103, 100, 102, 1e6)]}, timeframe="1w")
    session = weekly.columns["session"] * 0 + 18_995 + 7 * np.arange(11)  # Mondays from 2022-01-03
    weekly = replace(weekly, columns={**weekly.columns, "session": session})
    (row,) = ask(weekly, Green()).results
    assert (row["bar_time"], row["available_at"]) == ("2022-03-14T13:30:00Z", "2022-03-18T20:00:00Z")


def test_an_intraday_bar_is_known_at_its_end_but_not_after_the_close():
    last = intraday("1h", full_sessions("1h", 2, (100, 101, 99, 100.5, 1e5)))
    (row,) = ask(last, Green()).results
    assert (row["bar_time"], row["available_at"]) == ("2022-01-04T20:30:00Z", "2022-01-04T21:00:00Z")
    (row,) = ask(last, Green(), cutoff="10:45").results
    assert (row["bar_time"], row["available_at"]) == ("2022-01-04T14:30:00Z", "2022-01-04T15:30:00Z")


def test_a_setup_known_at_the_open_is_available_then():
    report = ask(market({"AAA": [*calm(60), (103, 104, 102, 103.5, 1e6)]}), Sides())
    row = next(row for row in report.results if row["pattern"] == "gap")
    assert row["available_at"] == row["bar_time"]
    assert row["entry"] == 103


def test_no_side_means_no_levels_and_no_size():
    report = ask(market({"AAA": [*calm(60), (100, 104, 100, 103.5, 1e6)]}), Sides())
    row = next(row for row in report.results if row["pattern"] == "watch")
    assert [row[name] for name in ("stop", "target1", "target2", "position_size", "size_reason", "risk_amount")] == [
        None
    ] * 6
    assert row["direction"] == "NONE"


def test_levels_that_make_no_sense_are_no_rows_but_a_step_of_the_funnel():
    report = ask(market({"AAA": [*calm(60), (100, 104, 100, 103.5, 1e6)]}), Sides())
    assert "wrong" not in {row["pattern"] for row in report.results}
    assert (steps(report, 1)["green"], steps(report, 1)["valid levels"]) == (1, 0)


@pytest.mark.parametrize(
    ("bars", "risk", "reason"),
    [
        (breaking(), Risk(account_size=100), "risk per share exceeds the budget"),
        (breaking(), Risk(account_size=1000, per_trade=0.5), "10 % of the account is less than one share"),
        (breaking(volume=60.0), Risk(), "1 % of usual volume is less than one share"),
        ([*calm(15), *inside_break()], Risk(), "usual volume unknown"),
    ],
)
def test_a_size_of_nothing_is_a_row_with_the_reason(bars, risk, reason):
    scanner = InsideBar(min_price=0, min_dollar_volume=0)
    (row,) = ask(market({"AAA": bars}), scanner, desk=Desk(NOWHERE, risk=risk)).results
    assert (row["position_size"], row["size_reason"], row["risk_amount"]) == (0, reason, 0)


# ---------------------------------------------------------------------------------------------------- splits, as traded


def test_prices_in_rows_are_as_traded_that_day_whatever_was_split_since(tmp_path):
    sessions = days(HISTORY + 3 + 5)
    before = fill(tmp_path / "before", frame("AAA", [*breaking(200.0), *calm(5, 200.0)], sessions))
    after_split = [*breaking(200.0), *calm(5, 50.0, 4e6)]
    after = fill(tmp_path / "after", frame("AAA", after_split, sessions), splits={"AAA": (sessions[HISTORY + 4], 4.0)})
    day = Question("inside_bar", scan_date=sessions[HISTORY + 2])
    ((now,), (later,)) = (Desk(place).run(day).results for place in (before, after))
    for name in ("entry", "stop", "target1", "target2", "atr", "volume", "rvol", "confidence", "position_size"):
        assert later[name] == pytest.approx(now[name], rel=1e-12), name
    assert later["entry"] == pytest.approx(205)


def test_a_floor_is_on_the_traded_price(tmp_path):
    sessions = days(HISTORY + 3 + 5)
    cheap_now = [*breaking(200.0), *calm(5, 2.0, 1e8)]
    place = fill(tmp_path, frame("AAA", cheap_now, sessions), splits={"AAA": (sessions[HISTORY + 4], 100.0)})
    assert len(Desk(place).run(Question("inside_bar", scan_date=sessions[HISTORY + 2]))) == 1


def test_a_series_that_came_adjusted_says_so_on_each_row(tmp_path):
    adjusted = replace(SIP, adjustment="split", adjusted_as_of=days(63)[-1])
    report = Desk(fill(tmp_path, frame("AAA", breaking(), days(63)), series=adjusted)).run(Question("inside_bar"))
    assert "price_basis: adjusted" in report.labels
    assert all("price_basis: adjusted" in row["labels"] for row in report.results)


# ------------------------------------------------------------------------------------------------------------- order


def test_rows_stand_by_score_then_dollar_volume_then_symbol():
    def green(body: float, volume: float) -> list:
        return [*calm(3), (100, 100 + body, 99, 100 + body, volume)]

    tapes = {
        "DDD": green(1, 2e6),
        "CCC": green(1, 2e6),
        "BBB": green(1, 3e6),
        "AAA": green(2, 1e3),
        "EEE": green(0.5, 9e9),
    }
    report = ask(market(tapes), Green())
    assert [row["symbol"] for row in report.results] == ["AAA", "BBB", "CCC", "DDD", "EEE"]


def test_a_range_stands_by_session_first():
    bars = [(100, 103, 99, 102, 1e6), (100, 102, 99, 101, 1e6)]
    report = ask(market({"AAA": bars, "BBB": bars[::-1]}), Green(), start_date=dt.date(2022, 1, 3))
    assert [(row["date"], row["ticker"]) for row in report.results] == [
        ("2022-01-03", "AAA"), ("2022-01-03", "BBB"), ("2022-01-04", "BBB"), ("2022-01-04", "AAA"),
    ]  # fmt: skip


# --------------------------------------------------------------------------------------------------- universes, symbols


@pytest.fixture
def listed(tmp_path):
    sessions = days(63)
    root = fill(tmp_path, *(frame(name, breaking(), sessions) for name in ("AAA", "BBB", "CCC")))
    rows = [
        {"symbol": "AAA", "type": "common", "exchange": "NYSE", "first_seen": sessions[0], "last_seen": None},
        {"symbol": "BBB", "type": "common", "exchange": "NASDAQ", "first_seen": sessions[0], "last_seen": sessions[30]},
        {"symbol": "CCC", "type": "etf", "exchange": "NYSE", "first_seen": None, "last_seen": None},
        {"symbol": "DDD", "type": "common", "exchange": "NYSE", "first_seen": sessions[0], "last_seen": None},
        {"symbol": "EEE", "type": "fund", "exchange": "NYSE", "first_seen": sessions[0], "last_seen": None},
    ]
    store.append_symbols(root, pl.DataFrame(rows, infer_schema_length=None))
    return Desk(root)


def test_the_universes_of_a_store_are_the_types_and_exchanges_of_its_symbols(listed, tmp_path):
    assert universes(listed.store) == ["NASDAQ", "NYSE", "common", "etf", "fund"]
    assert universes(tmp_path / "empty") == []


def test_l21_a_universe_is_who_was_listed_that_day_and_the_funnel_counts_those_without_bars(listed):
    report = listed.run(Question("inside_bar", universe="common"))
    assert [row["symbol"] for row in report.results] == ["AAA"]
    assert list(steps(report).items())[:2] == [("symbols asked", 2), ("with stored bars", 1)]
    earlier = listed.run(Question("inside_bar", universe="common", scan_date=days(63)[20]))
    assert list(steps(earlier).items())[:2] == [("symbols asked", 3), ("with stored bars", 2)]


def test_symbols_and_a_universe_are_both_obeyed(listed):
    report = listed.run(Question("inside_bar", universe="NYSE", symbols=("AAA", "BBB")))
    assert {row["symbol"] for row in report.results} == {"AAA"}
    assert len(listed.run(Question("inside_bar", universe="all"))) == 3


def test_an_empty_universe_and_an_unknown_one(listed):
    with pytest.raises(NoData, match="the universe 'fund' has no symbol with stored bars"):
        listed.run(Question("inside_bar", universe="fund"))
    with pytest.raises(UnknownName, match="unknown universe 'comon'") as error:
        listed.run(Question("inside_bar", universe="comon"))
    assert "'common'" in error.value.hint


def test_the_last_session_stored_is_everybodys_not_the_asked_symbols(tmp_path):
    sessions = days(63)
    root = fill(tmp_path, frame("AAA", calm(63), sessions), frame("GONE", breaking()[3:], sessions[:60]))
    assert Desk(root).run(Question("inside_bar", symbols=("AAA",))).as_of == sessions[62].isoformat()
    with pytest.raises(NoData, match=f"GONE has no 1d bar on {sessions[62]}"):
        Desk(root).run(Question("inside_bar", symbols=("GONE",)))


# ------------------------------------------------------------------------------------------------------ forms and files


def test_the_answer_is_json_without_nan_and_infinity():
    short = market({"AAA": [(100, 103, 99, 102, 0.0)] * 2})
    report = ask(short, Green())
    assert [row["rvol"] for row in report.results] == [None]
    answer = json.loads(report.to_json())
    assert answer["results"] == report.results
    assert set(answer) == {
        "scan_id",
        "scanner_type",
        "as_of",
        "series",
        "data_version",
        "labels",
        "notes",
        "results",
        "funnel",
        "elapsed_ms",
    }


def test_a_range_of_lc_is_wide_with_a_flag_for_each_pattern(monkeypatch):
    monkeypatch.setattr(Lc, "universe", lambda self: {})
    always = {"always": close > 0}
    patterns = [
        Setup(name, NONE, when, score=close / open_, show={"close_price": close})
        for name, when in (("lc_a", always), ("lc_b", {"up": close > open_}))
    ]
    monkeypatch.setattr(Lc, "setups", lambda self: iter(patterns))
    monkeypatch.setattr(Lc, "next_day", None)
    report = ask(
        market({"AAA": [(100, 103, 99, 102, 1e6), (100, 103, 99, 99, 2e6)]}), Lc(), start_date=dt.date(2022, 1, 3)
    )
    answer = report.to_dict()
    assert answer["results"] == [
        {"ticker": "AAA", "date": "2022-01-03", "lc_a": 1, "lc_b": 1, "volume": 1e6, "close_price": 102, "labels": []},
        {"ticker": "AAA", "date": "2022-01-04", "lc_a": 1, "lc_b": 0, "volume": 2e6, "close_price": 99, "labels": []},
    ]
    assert answer["hits"] == [
        {"symbol": "AAA", "date": "2022-01-03", "pattern": "lc_a"},
        {"symbol": "AAA", "date": "2022-01-03", "pattern": "lc_b"},
        {"symbol": "AAA", "date": "2022-01-04", "pattern": "lc_a"},
    ]
    assert (answer["total_found"], answer["success"]) == (2, True)


def test_a_wide_row_of_setups_with_a_side_has_their_levels_and_size(monkeypatch):
    monkeypatch.setattr(Lc, "universe", lambda self: {})
    monkeypatch.setattr(
        Lc, "setups", lambda self: iter([Setup("lc_a", BUY, {"up": close > open_}, stop=low, base=100)])
    )
    monkeypatch.setattr(Lc, "next_day", None)
    (row,) = ask(market({"AAA": [(100, 103, 99, 102, 1e6)]}), Lc(), start_date=dt.date(2022, 1, 3)).results
    assert row["lc_a"] == 1
    assert (row["direction"], row["entry"], row["stop"], row["target1"], row["target2"]) == ("BUY", 102, 99, 105, 108)
    assert (row["position_size"], row["risk_amount"], row["size_reason"]) == (0, 0, "usual volume unknown")


def test_the_answer_names_the_series_that_gave_it(tmp_path):
    report = Desk(fill(tmp_path, frame("AAA", breaking(), days(63)))).run(Question("inside_bar"))
    assert report.series == report.to_dict()["series"] == "us:test:sip:none:consolidated"


def test_ranks_are_among_the_universe_whichever_symbols_are_asked_for():
    class Best(Green):
        """The two highest closes."""

        def setups(self):
            yield Setup("best", NONE, {"best": rank(close) <= 2})

    panel = market({"AAA": calm(3, 30.0), "BBB": calm(3, 20.0), "CCC": calm(3, 10.0)})
    one, other = (ask(panel, Best(), symbols=(name,)) for name in ("BBB", "CCC"))
    assert [row["symbol"] for row in one.results] == ["BBB"]
    assert len(other) == 0
    assert list(steps(other).items())[:4] == [
        ("symbols asked", 1), ("with stored bars", 1), ("with a bar on 2022-01-05", 1), ("best", 0),
    ]  # fmt: skip


def test_the_date_of_a_row_is_its_sessions_also_after_midnight_utc(tmp_path):
    day = dt.date(2024, 1, 4)
    root = fill(
        tmp_path,
        minutes_frame("AAA", [100.0 + i for i in range(190)], day, hours="extended"),
        series=replace(SIP, timeframe="5m"),
    )
    desk = Desk(root)
    question = Question("green", start_date=day, timeframe="5m", hours="extended")

    class Rising(Green):
        def setups(self):
            yield Setup("rising", NONE, {"rising": close > close[1]})

    (report,) = desk.scan([Rising()], question, desk.asked(question))
    assert {row["date"] for row in report.results} == {"2024-01-04"}
    assert max(row["bar_time"] for row in report.results) == "2024-01-05T00:45:00Z"
    assert {row["phase"] for row in report.results} == {"premarket", "regular", "after_hours"}


def test_building_a_panel_is_announced_once(tmp_path):
    root, built = fill(tmp_path, frame("AAA", breaking(), days(63))), []
    for _ in range(2):
        Desk(root).run(Question("inside_bar"), on_build=lambda: built.append(1))
    assert built == [1]
