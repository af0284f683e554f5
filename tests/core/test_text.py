"""Expressions as text: the brackets they need and no others (test_formula_text.py reads it back)."""

from __future__ import annotations

import pytest

from tapehawk.core.columns import close, high, low, open_, raw, volume
from tapehawk.core.expr import as_expr, call, function, known, number, on, percentile, rank, where
from tapehawk.core.text import number_text

up, down = close > open_, close < open_


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (close + high + low, "close + high + low"),
        (close + (high + low), "close + (high + low)"),
        (close - (high - low), "close - (high - low)"),
        ((close + high) * 2, "(close + high) * 2"),
        (close / (high * low), "close / (high * low)"),
        (close * volume, "close * volume"),
        (-(close + high), "-(close + high)"),
        (-close * 2, "-close * 2"),
        ((close - open_)[2], "(close - open)[2]"),
        (close[2][1], "close[2][1]"),
        (up[2], "(close > open)[2]"),
        (~up[2], "not (close > open)[2]"),
        (-(close[1]), "-close[1]"),
        ((-close)[1], "(-close)[1]"),
        (up & down | up, "close > open and close < open or close > open"),
        (up & (down | up), "close > open and (close < open or close > open)"),
        (~(up & down), "not (close > open and close < open)"),
        (~up, "not close > open"),
        (~up & down, "not close > open and close < open"),
        (close != open_, "close != open"),
        (~(close != open_), "not close != open"),
        ((close != open_) & up, "close != open and close > open"),
        (call("highest", high, params=(20,))[1] * 1.005, "highest(high, 20)[1] * 1.005"),
        (on("1h", close), 'on("1h", close)'),
        (rank(close / open_), "rank(close / open)"),
        (percentile(volume), "percentile(raw.volume)"),
        (function("max", close, open_), "max(close, open)"),
        (where(up, close, open_), "where(close > open, close, open)"),
        (known(close[1]), "known(close[1])"),
        (number(up), "number_of(close > open)"),
        (raw.close > 5, "raw.close > 5"),
        (as_expr(-2) + close / open_, "-2 + close / open"),
    ],
    ids=str,
)
def test_text_has_the_brackets_it_needs(x, text):
    assert str(x) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.0, "5"), (-3.0, "-3"), (0.1, "0.1"), (1e6, "1000000"), (1e20, "1e+20"), (1e-7, "1e-07"), ("1h", '"1h"')],
)
def test_a_number_is_the_shortest_text_that_reads_back(value, text):
    assert number_text(value) == text
