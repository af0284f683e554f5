"""The first phase: rows of the last closed bars, each of its own symbol, labelled where they are old."""

from __future__ import annotations

import datetime as dt

import pytest

from tapehawk.core.errors import NoData, UnknownName
from tapehawk.scan import quick_desk
from tapehawk.scan.quick_latest import latest as judge
from tapehawk.scan.quick_question import QuickQuestion
from tapehawk.scan.quick_rows import FIELDS
from tests.scan.market import calm, days, fill, frame, minutes_frame
from tests.scan.quick_market import AFTER_CLOSE, DAYS, DOWN, MIDNIGHT, UP, Clock, Listed, coins, desk, going, stored

TWO = {"UPP": UP, "DWN": DOWN}
HOURLY = [100 + hour / 10 + hour % 3 for hour in range(49)]


def asked(*symbols: str, **more: object) -> QuickQuestion:
    return QuickQuestion(symbols, **more)


# -------------------------------------------------------------------------------------------------- rows


def test_a_row_says_what_the_last_bar_says_in_the_shape_of_the_wire(tmp_path):
    (row,) = desk(stored(tmp_path, UPP=UP)).answer(asked("UPP")).rows
    assert tuple(row) == FIELDS
    close, before = UP[-1][3], UP[-2][3]
    assert row["price"] == close
    assert row["change24h"] == pytest.approx((close / before - 1) * 100)
    assert (row["signal"], row["macd"], row["ema"], row["status"]) == ("BUY", "bullish", "above", "quick_scan")
    assert (row["exchange"], row["timestamp"]) == ("nasdaq", f"{DAYS[-1]}T20:00:00Z")
    assert row["labels"] == []
    assert 50 < row["strength"] <= 100
    assert 50 < row["rsi"] < 100


def test_rows_stand_by_strength_and_those_without_a_side_last(tmp_path):
    flat = going(0.001)
    flat[-1] = (flat[-1][0], flat[-1][1], flat[-1][2] * 0.97, flat[-1][3] * 0.98, 1e6)
    answer = desk(stored(tmp_path, **TWO, FLT=flat, UPQ=UP)).answer(QuickQuestion())
    sides = [(row["symbol"], row["signal"]) for row in answer.rows]
    assert {("UPP", "BUY"), ("UPQ", "BUY"), ("DWN", "SELL")} <= set(sides)
    order = [(row["signal"] == "HOLD", -row["strength"], row["symbol"]) for row in answer.rows]
    assert order == sorted(order)


def test_s3_each_row_is_of_its_own_symbol_whatever_else_is_asked(tmp_path):
    root = stored(tmp_path, AAA=DOWN, **TWO)
    everyone = {row["symbol"]: row for row in desk(root).answer(QuickQuestion()).rows}
    for symbol, row in everyone.items():
        assert desk(root).answer(asked(symbol)).rows == [row]


def test_a_price_is_as_traded_and_a_split_is_no_change(tmp_path):
    halved = [(o / 2, h / 2, lo / 2, c / 2, 2 * v) for o, h, lo, c, v in UP[-5:]]
    bars = [*UP[:-5], *halved]
    root = fill(tmp_path, frame("UPP", bars, DAYS), splits={"UPP": (DAYS[-5], 2)})
    (row,) = desk(root).answer(asked("UPP")).rows
    (whole,) = desk(stored(tmp_path / "whole", UPP=UP)).answer(asked("UPP")).rows
    assert row["price"] == whole["price"] / 2
    assert row["change24h"] == pytest.approx(whole["change24h"])
    assert row["strength"] == pytest.approx(whole["strength"])


# ----------------------------------------------------------------------------------- what is not answered


def test_s1_a_missing_symbol_is_said_and_does_not_keep_the_others(tmp_path):
    answer = desk(stored(tmp_path, **TWO, NEW=UP[:20])).answer(asked("NOPE", "UPP", "NEW", "BTC/USDT"))
    assert [row["symbol"] for row in answer.rows] == ["UPP"]
    assert answer.missing["NOPE"] == "not stored"
    assert answer.missing["NEW"] == "not enough history: 20 of 31 bars"
    assert "no 1h bars" in answer.missing["BTC/USDT"]


def test_where_nobody_can_be_answered_it_is_an_error_that_says_why(tmp_path):
    with pytest.raises(NoData, match="NOPE: not stored"):
        desk(stored(tmp_path, **TWO)).answer(asked("NOPE"))
    with pytest.raises(NoData):
        desk(tmp_path / "empty").answer(QuickQuestion())


@pytest.mark.parametrize("timeframe", ["60m", "1H", "daily"])
def test_s2_an_unknown_timeframe_is_an_error_and_not_daily_bars(tmp_path, timeframe):
    with pytest.raises(UnknownName):
        desk(stored(tmp_path, **TWO)).answer(asked("UPP", timeframe=timeframe))


def test_s2_bars_that_are_not_stored_are_not_replaced_by_slower_ones(tmp_path):
    with pytest.raises(NoData, match="no 1h bars"):
        desk(stored(tmp_path, **TWO)).answer(asked("UPP", timeframe="1h"))


def test_s11_a_symbol_that_never_moved_has_no_row_and_says_so(tmp_path):
    still = [(50.0, 50.0, 50.0, 50.0, 0.0)] * 40
    answer = desk(stored(tmp_path, **TWO, HLT=still)).answer(asked("UPP", "HLT"))
    assert answer.missing == {"HLT": "it has not moved"}


def test_a_universe_narrows_who_is_asked(tmp_path):
    at = desk(stored(tmp_path, **TWO), listed=Listed(universe={"DWN"}))
    assert [row["symbol"] for row in at.answer(QuickQuestion(universe="common")).rows] == ["DWN"]
    answer = at.answer(asked("UPP", "DWN", universe="common"))
    assert answer.missing == {"UPP": "not of the universe"}


# --------------------------------------------------------------------------------------------- old bars


def test_stale_bars_are_answered_and_labelled(tmp_path):
    clock = Clock()
    at = desk(stored(tmp_path, **TWO), clock)
    assert at.answer(QuickQuestion()).rows[0]["labels"] == []
    clock.forward(days=4)  # the same warm state, four days later
    assert {tuple(row["labels"]) for row in at.answer(QuickQuestion()).rows} == {(f"stale since {DAYS[-1]}",)}


def test_a_symbol_that_is_late_is_labelled_and_one_that_left_long_ago_is_counted(tmp_path):
    root = stored(tmp_path, **TWO)
    late, gone = days(59), days(40)
    fill(root, frame("LATE", UP[:59], late), frame("GONE", UP[:40], gone))
    answer = desk(root).answer(QuickQuestion())
    labels = {row["symbol"]: row["labels"] for row in answer.rows}
    assert labels == {"UPP": [], "DWN": [], "LATE": [f"stale since {late[-1]}"]}
    assert answer.ended == 1
    (row,) = desk(root).answer(asked("GONE")).rows
    assert row["labels"] == [f"stale since {gone[-1]}"]


def test_simulated_bars_say_so_and_are_never_stale(tmp_path):
    from tapehawk.core.series import Series

    root = fill(tmp_path, frame("UPP", UP, DAYS), series=Series("sim", "sim", simulated=True))
    (row,) = desk(root, Clock(AFTER_CLOSE + dt.timedelta(days=100))).answer(asked("UPP")).rows
    assert row["labels"] == ["simulated"]


# ------------------------------------------------------------------------------------------ closed bars


def test_s9_a_bar_that_has_not_closed_is_not_looked_at_until_it_has(tmp_path):
    crash = (UP[-1][3], UP[-1][3], 50.0, 50.0, 9e6)
    root = fill(tmp_path, frame("UPP", [*UP, crash], days(61)))
    clock = Clock(dt.datetime.combine(days(61)[-1], dt.time(18), dt.UTC))  # its session is going on
    at = desk(root, clock)
    (row,) = at.answer(asked("UPP")).rows
    (before,) = desk(stored(tmp_path / "before", UPP=UP)).answer(asked("UPP")).rows
    assert row == before
    warm = at.answer(QuickQuestion())
    assert warm.rows == [before]
    clock.forward(hours=3)  # 21:00 UTC: it closed at 20:00
    (row,) = at.answer(QuickQuestion()).rows
    assert (row["price"], row["signal"]) == (50.0, "SELL")


def test_s9_of_intraday_bars_the_last_one_that_ended_counts(tmp_path):
    root = coins(tmp_path, HOURLY)
    clock = Clock(MIDNIGHT + dt.timedelta(hours=48, minutes=30))
    (row,) = desk(root, clock).answer(asked("BTC/USDT")).rows
    assert (row["price"], row["timestamp"]) == (HOURLY[47], "2024-03-03T00:00:00Z")


# ---------------------------------------------------------------------------------------------- change


def test_a_coins_change_is_of_24_hours_also_where_bars_are_missing(tmp_path):
    clock = Clock(MIDNIGHT + dt.timedelta(hours=49))
    (whole,) = desk(coins(tmp_path / "a", HOURLY), clock).answer(asked("BTC/USDT")).rows
    (holes,) = desk(coins(tmp_path / "b", HOURLY, without={30, 31, 40}), clock).answer(asked("BTC/USDT")).rows
    expected = pytest.approx((HOURLY[48] / HOURLY[24] - 1) * 100)
    assert whole["change24h"] == holes["change24h"] == expected
    (then,) = desk(coins(tmp_path / "c", HOURLY, without={23, 24}), clock).answer(asked("BTC/USDT")).rows
    assert then["change24h"] == pytest.approx((HOURLY[48] / HOURLY[22] - 1) * 100)  # the price known 24 hours ago
    assert whole["exchange"] == "kraken"


def test_a_stocks_change_counts_from_the_previous_regular_close(tmp_path):
    from dataclasses import replace

    from tests.scan.market import SIP

    one, two = days(2)
    first, second = [100 + i / 10 for i in range(78)], [110 - i / 20 for i in range(78)]
    frames = (minutes_frame("AAA", first, one), minutes_frame("AAA", second, two))
    root = fill(tmp_path, *frames, series=replace(SIP, timeframe="5m"))
    clock = Clock(dt.datetime.combine(two, dt.time(23), dt.UTC))
    (row,) = desk(root, clock).answer(asked("AAA", timeframe="5m")).rows
    assert row["change24h"] == pytest.approx((second[-1] / first[-1] - 1) * 100)


def test_weekly_bars_do_not_know_the_change(tmp_path):
    count = 250
    root = fill(tmp_path, frame("UPP", going(0.004, count), days(count)))
    clock = Clock(dt.datetime.combine(days(count + 10)[-1], dt.time(23), dt.UTC))
    (row,) = desk(root, clock).answer(asked("UPP", timeframe="1w")).rows
    assert row["change24h"] is None


# --------------------------------------------------------------------------------------------- warm state


@pytest.fixture
def evaluations(monkeypatch) -> list[str]:
    """Count how often bars are judged."""
    seen = []

    def counted(panel, *args, **kwargs):
        seen.append(panel.data_version)
        return judge(panel, *args, **kwargs)

    monkeypatch.setattr(quick_desk, "latest", counted)
    return seen


def test_a_warm_market_is_judged_once_until_its_data_version_moves(tmp_path, evaluations):
    root = stored(tmp_path, **TWO)
    at = desk(root)
    first = [at.answer(QuickQuestion()), at.answer(asked("UPP")), at.answer(asked("DWN"))]
    assert len(evaluations) == 1
    assert first[1].rows[0] in first[0].rows
    fill(root, frame("NEW", calm(40) + UP[-20:], DAYS))
    assert len(at.answer(QuickQuestion()).rows) == 3
    assert len(evaluations) == 2


def test_a_corrected_bar_changes_the_rows_as_if_it_had_always_been_so(tmp_path):
    root = stored(tmp_path / "corrected", UPP=[*UP[:-10], (1.0, 2.0, 0.5, 1.0, 1.0), *UP[-9:]])
    at = desk(root)
    wrong = at.answer(QuickQuestion()).rows
    fill(root, frame("UPP", UP, DAYS))
    right = desk(stored(tmp_path / "right", UPP=UP)).answer(QuickQuestion()).rows
    assert at.answer(QuickQuestion()).rows == right != wrong


def test_named_symbols_of_a_cold_market_do_not_warm_it(tmp_path, evaluations):
    at = desk(stored(tmp_path, **TWO))
    at.answer(asked("UPP"))
    at.answer(asked("UPP"))
    assert len(evaluations) == 2


def test_both_markets_answer_one_question(tmp_path):
    root = coins(stored(tmp_path, **TWO), HOURLY)
    clock = Clock(dt.datetime(2024, 3, 29, tzinfo=dt.UTC))
    answer = desk(root, clock).answer(asked("UPP", "BTC/USDT"))
    assert {row["symbol"] for row in answer.rows} == {"UPP", "BTC/USDT"}
    assert set(answer.latest) == {"us", "crypto"}


def test_s1_a_coin_is_found_with_or_without_its_settlement(tmp_path):
    root = coins(coins(tmp_path, HOURLY), HOURLY, "ETH/USDT:USDT")
    at = desk(root, Clock(MIDNIGHT + dt.timedelta(hours=49)))
    found = [row["symbol"] for row in at.answer(asked("ETH/USDT", "BTC/USDT:USDT")).rows]
    assert sorted(found) == ["BTC/USDT", "ETH/USDT:USDT"]
    coins(root, HOURLY, "ETH/USDT:BTC")  # now there are two of that pair
    assert at.answer(asked("ETH/USDT", "BTC/USDT")).missing == {"ETH/USDT": "not stored"}
