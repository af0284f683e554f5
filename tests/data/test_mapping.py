"""Which column of a file is which."""

from __future__ import annotations

import pytest

from tapehawk.core.errors import BadInput
from tapehawk.data.mapping import describe, map_columns, plain

PRICES = ["Open", "High", "Low", "Close", "Volume"]


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("<Adj Close>", "adjclose"),
        ("1. open", "open"),
        (" Volume ", "volume"),
        ("\ufeffDate", "date"),
        ("window_start", "windowstart"),
    ],
)
def test_names_are_compared_without_case_and_punctuation(name, means):
    assert plain(name) == means


def test_the_most_exact_time_is_taken():
    assert map_columns(["date", "timestamp", *PRICES], place="x")["time"] == "timestamp"
    assert map_columns(["t", *"ohlcv"], place="x")["time"] == "t"


def test_a_day_and_a_clock_are_joined():
    mapping = map_columns(["<TICKER>", "<DATE>", "<TIME>", *PRICES], place="x")
    assert describe(mapping)["time"] == "<DATE> + <TIME>"


def test_unneeded_columns_are_left_alone():
    mapping = map_columns(["ticker", "date", *PRICES, "transactions", "vwap"], place="x")
    assert sorted(mapping) == ["close", "high", "low", "open", "symbol", "time", "volume"]


def test_a_missing_column_is_named_with_those_there_are():
    with pytest.raises(BadInput, match="x has no column for time, volume") as raised:
        map_columns(["Open", "High", "Low", "Close"], place="x")
    assert "the file has Open, High, Low, Close" in raised.value.hint


def test_two_columns_with_one_meaning_are_an_error():
    with pytest.raises(BadInput, match="2 columns for close: close, Close"):
        map_columns(["date", "close", *PRICES], place="x")
