"""The bar contract: which rows are bars, and what is said about the others."""

from __future__ import annotations

import datetime as dt
import math
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.core.bars import PRICES, SCHEMA, TIMEFRAMES, Series, check_bars, check_timeframe
from tapehawk.core.errors import BadInput, UnknownName

GOOD = {"symbol": "AAA", "time": dt.datetime(2024, 1, 2, tzinfo=dt.UTC)} | {
    "open": 10.0, "high": 12.0, "low": 9.0, "close": 11.0, "volume": 1000.0
}  # fmt: skip


def frame(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([GOOD | row for row in rows], schema=SCHEMA)


def reason_of(**changes: object) -> str | None:
    checked = check_bars(frame(changes))
    assert checked.good.height + checked.rejects.height == 1
    return checked.rejects["reason"][0] if checked.rejects.height else None


def on(day: int) -> dict[str, object]:
    return {"time": dt.datetime(2024, 1, day, tzinfo=dt.UTC)}


def test_a_sound_row_is_a_bar():
    assert reason_of() is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"symbol": None}, "no symbol"),
        ({"symbol": ""}, "no symbol"),
        ({"symbol": "A" * 33}, "symbol longer than 32 characters"),
        ({"time": None}, "unreadable time"),
        ({"close": None}, "missing price"),
        ({"open": math.nan}, "missing price"),
        ({"high": math.inf}, "infinite price"),
        ({"low": 0.0}, "price not above zero"),
        ({"low": -1.0}, "price not above zero"),
        ({"high": 8.0}, "high below low"),
        ({"open": 12.5}, "open outside high and low"),
        ({"close": 8.5}, "close outside high and low"),
        ({"volume": None}, "missing volume"),
        ({"volume": math.nan}, "missing volume"),
        ({"volume": -1.0}, "negative volume"),
        ({"volume": 2e13}, "absurd volume"),
        ({"volume": math.inf}, "absurd volume"),
    ],
)
def test_a_row_that_breaks_the_contract_is_refused_with_its_reason(changes, reason):
    assert reason_of(**changes) == reason


@pytest.mark.parametrize(
    "changes", [{"volume": 0.0}, {"open": 12.0}, {"close": 9.0}, {"symbol": "A" * 32}, {"open": 9.0, "close": 9.0}]
)
def test_a_row_at_the_edge_of_the_contract_is_a_bar(changes):
    assert reason_of(**changes) is None


def test_a_coin_of_tiny_price_may_trade_more_than_a_stock_could():
    assert check_bars(frame({"volume": 3e14}), market="crypto").good.height == 1


def test_of_rows_with_one_key_the_first_stays():
    checked = check_bars(frame({"close": 10.5}, {"close": 11.5}, {"symbol": "BBB"}))
    assert checked.good["close"].to_list() == [10.5, 11.0]
    assert checked.rejects.select("close", "reason").rows() == [(11.5, "duplicate bar")]


def test_a_refused_row_does_not_push_out_a_sound_one_with_its_key():
    checked = check_bars(frame({"close": math.nan}, {}))
    assert checked.good.height == 1
    assert checked.rejects["reason"].to_list() == ["missing price"]


def test_rows_out_of_order_are_sorted_and_counted_not_refused():
    checked = check_bars(frame(on(4), on(2), on(3)))
    assert [time.day for time in checked.good["time"]] == [2, 3, 4]
    assert (checked.out_of_order, checked.rejects.height) == (1, 0)


def test_rows_written_day_by_day_are_in_order_for_each_symbol():
    checked = check_bars(frame(on(2), on(2) | {"symbol": "BBB"}, on(3), on(3) | {"symbol": "BBB"}))
    assert checked.out_of_order == 0
    assert checked.good["symbol"].to_list() == ["AAA", "AAA", "BBB", "BBB"]


def test_a_key_may_stand_once_per_volume_scope():
    rows = frame({}, {}, {}).with_columns(volume_scope=pl.Series(["consolidated", "iex", "iex"]))
    checked = check_bars(rows, within=("volume_scope",))
    assert checked.good["volume_scope"].to_list() == ["consolidated", "iex"]


odd = st.sampled_from([None, math.nan, math.inf, -1.0, 0.0, 1e-8, 9.0, 10.0, 11.0, 1e14])
rows = st.fixed_dictionaries(
    {
        "symbol": st.sampled_from(["AAA", "BBB", "", None]),
        "time": st.none() | st.integers(0, 3).map(lambda day: dt.datetime(2024, 1, 2 + day, tzinfo=dt.UTC)),
        **dict.fromkeys([*PRICES, "volume"], odd),
    }
)


@given(st.lists(rows, max_size=20))
def test_every_row_ends_as_a_bar_or_a_reject_and_bars_keep_the_contract(drawn):
    checked = check_bars(pl.DataFrame(drawn, schema=SCHEMA))
    assert checked.good.height + checked.rejects.height == len(drawn)
    assert checked.rejects.is_empty() or checked.rejects["reason"].null_count() == 0
    for bar in checked.good.iter_rows(named=True):
        assert bar["low"] <= min(bar["open"], bar["close"]) <= max(bar["open"], bar["close"]) <= bar["high"]
        assert 0 < bar["low"] <= bar["high"] < math.inf
        assert 0 <= bar["volume"] <= 1e13
    keys = checked.good.select("symbol", "time").rows()
    assert all(before < after for before, after in pairwise(keys))


def test_timeframes_are_those_of_the_product():
    assert list(TIMEFRAMES) == ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w"]
    with pytest.raises(UnknownName, match="unknown timeframe '2h'"):
        check_timeframe("2h")


def test_a_series_says_what_its_numbers_are():
    series = Series("import", "iex", "split", "iex", adjusted_as_of=dt.date(2024, 3, 1), simulated=True)
    assert series.id == "us:import:iex:split:iex:simulated"
    assert series.labels == ("simulated", "price_basis: adjusted", "volume_scope: iex")
    assert Series("import", "sip").labels == ()


@pytest.mark.parametrize("wrong", [{"adjustment": "some"}, {"market": "mars"}, {"timeframe": "2d"}])
def test_a_series_of_unknown_kind_is_refused(wrong):
    with pytest.raises(UnknownName):
        Series("import", "sip", **wrong)


def test_bars_as_traded_were_adjusted_as_of_no_date():
    with pytest.raises(BadInput, match="as traded"):
        Series("import", "sip", adjusted_as_of=dt.date(2024, 3, 1))
