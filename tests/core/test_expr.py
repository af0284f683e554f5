"""The language: one object for one expression, only the past, prices of one basis, conditions apart from numbers."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest

from tapehawk.core import expr
from tapehawk.core.columns import close, high, low, minute, raw, session, volume
from tapehawk.core.errors import BadInput, LookAhead, MixedBasis
from tapehawk.core.expr import as_expr, call, function, known, number, on, percentile, rank, truth, where

average = call("sma", close, params=(20,))
up = close > close[1]

# ----------------------------------------------------------------------------------------------- one expression


def test_building_the_same_thing_twice_gives_the_same_object():
    assert (close > call("highest", high, params=(20,))[1] * 1.005) is (
        close > call("highest", high, params=(20,))[1] * 1.005
    )
    assert close + high is not high + close
    assert as_expr(1) is as_expr(1.0)
    assert close[2] is close[2]
    assert close[0] is close
    assert on("1h", close) is not on("4h", close)
    assert rank(close / close[1]) is not percentile(close / close[1])


def test_an_expression_that_nobody_holds_is_forgotten():
    gc.collect()
    before = len(expr._interned)
    held = [close * (987_654.5 + i) for i in range(100)]
    assert len(expr._interned) == before + 200
    del held
    gc.collect()
    assert len(expr._interned) <= before


def test_threads_that_build_the_same_thing_at_once_get_the_same_object():
    with ThreadPoolExecutor(8) as pool:
        built = list(pool.map(lambda i: call("ema", close * (7000 + i // 8), params=(9,)), range(400)))
    assert all(a is b for a, b in zip(built, [x for x in built[::8] for _ in range(8)], strict=True))


def test_an_expression_has_no_truth_of_its_own():
    with pytest.raises(BadInput, match="a value for each bar") as error:
        bool(up & up)
    assert "&, | and ~" in error.value.hint


# ------------------------------------------------------------------------------------------------ only the past


def test_an_index_is_so_many_bars_ago():
    assert str(average[3]) == "sma(close, 20)[3]"
    assert up[2].kind == expr.MASK


@pytest.mark.parametrize(("index", "meant"), [(-1, "close[1] is 1 bar ago"), (-20, "close[20] is 20 bars ago")])
def test_a_negative_index_is_a_look_ahead_and_the_hint_says_what_is_meant(index, meant):
    with pytest.raises(LookAhead, match="has not closed yet") as error:
        close[index]
    assert error.value.hint == meant


@pytest.mark.parametrize("index", [close, up, 1.0, True, "1", slice(1, 2), None])
def test_a_computed_index_is_a_look_ahead(index):
    with pytest.raises(LookAhead, match="known when the scan is written"):
        close[index]


# ---------------------------------------------------------------------------------------------- prices of one basis


@pytest.mark.parametrize(
    ("x", "power"),
    [
        (close, 1), (volume, -1), (raw.close, 0), (session, 0), (minute, 0), (close / high, 0), (close * volume, 0),
        (close**2, 2), (function("sqrt", close * high), 1), (1 / close, -1), (average, 1), (average[1], 1),
        (function("max", close, high), 1), (function("max", close - high, 0), 1), (where(up, close, 0), 1), (-close, 1),
        (abs(close - high), 1), (on("1h", close), 1), (rank(close / high), 0), (number(up), 0), (close + 0, 1),
        (as_expr(5), 0),
    ],
    ids=str,
)  # fmt: skip
def test_an_expression_knows_how_a_split_changes_it(x, power):
    assert x.power == power


@pytest.mark.parametrize("column", [close, high, low, volume], ids=str)
def test_a_bare_column_compared_with_a_number_means_the_value_as_traded(column):
    assert str(column > 5) == f"raw.{column} > 5"
    assert (5 < column) is (column > 5)  # noqa: SIM300 - both ways round
    assert str(column == 5) == f"raw.{column} == 5"


def test_compared_with_zero_or_with_its_like_it_stays_adjusted():
    assert str(close > 0) == "close > 0"
    assert str(close > high) == "close > high"
    assert str(volume > call("sma", volume, params=(20,))) == "volume > sma(volume, 20)"


@pytest.mark.parametrize(
    "build",
    [
        lambda: average > 50,
        lambda: 50 > average,  # noqa: SIM300
        lambda: close[1] > 5,
        lambda: close + 1,
        lambda: close > raw.close,
        lambda: function("max", close, 10),
        lambda: where(up, close, 10),
        lambda: on("1d", close) >= 20,
        lambda: close - close / high,
    ],
    ids=map(str, count()),
)
def test_adjusted_and_not_adjusted_do_not_meet_because_later_splits_would_change_the_answer(build):
    with pytest.raises(MixedBasis, match="later splits would change the answer") as error:
        build()
    assert "raw.close" in error.value.hint


def test_the_error_shows_both_sides_and_names_the_columns_to_use():
    with pytest.raises(MixedBasis) as error:
        assert call("highest", high, params=(20,)) - low > 3
    assert (
        "highest(high, 20) - low > 3 brings together highest(high, 20) - low, which is split-adjusted, and 3"
        in error.value.message
    )
    assert error.value.hint == "use values as traded (raw.high, raw.low) or make it a ratio"


@pytest.mark.parametrize(
    "build", [lambda: close + volume, lambda: close > close * close, lambda: volume >= average], ids=map(str, count())
)
def test_what_a_split_changes_differently_does_not_meet(build):
    with pytest.raises(MixedBasis, match="which a split changes differently"):
        build()


@pytest.mark.parametrize("name", ["log", "exp", "floor", "sqrt"])
def test_functions_that_do_not_scale_want_a_ratio(name):
    with pytest.raises(MixedBasis, match="of a split-adjusted value"):
        function(name, close)
    assert function(name, close / high).power == 0


@pytest.mark.parametrize("ranking", [rank, percentile])
def test_symbols_are_ranked_by_ratios_or_values_as_traded_never_by_adjusted_prices(ranking):
    assert ranking(close) is ranking(raw.close)
    with pytest.raises(MixedBasis, match="compares split-adjusted values of different symbols"):
        ranking(average)


def test_a_mixed_basis_is_said_at_once_however_large_the_tree_beside_it():
    x = close / close[1]
    for _ in range(60):
        x = x * x  # written out it would be 2 ** 60 long
    with pytest.raises(MixedBasis):
        function("log", close)
    assert (x + 1).power == 0
    assert (x > 1).kind == expr.MASK


# ---------------------------------------------------------------------------------- conditions apart from numbers


@pytest.mark.parametrize(
    "build",
    [
        lambda: close & up,
        lambda: up | close,
        lambda: ~close,
        lambda: up & 1,
        lambda: where(close, 1, 2),
        lambda: number(close),
    ],
    ids=map(str, count()),
)
def test_a_number_where_a_condition_is_needed(build):
    with pytest.raises(BadInput, match="is a number, and here a condition is needed"):
        build()


@pytest.mark.parametrize(
    "build",
    [
        lambda: up + 1,
        lambda: -up,
        lambda: abs(up),
        lambda: up**1,
        lambda: up**2,
        lambda: up > 0,
        lambda: up == ~up,
        lambda: call("sma", up, params=(3,)),
        lambda: function("max", up, up),
        lambda: rank(up),
        lambda: known(up),
    ],
    ids=map(str, count()),
)
def test_a_condition_where_a_number_is_needed(build):
    with pytest.raises(BadInput, match="is a condition, and here a number is needed"):
        build()


def test_a_condition_becomes_a_number_and_back():
    assert number(up).kind == expr.NUMBER
    assert truth(number(up)).kind == expr.MASK


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "5", None, [1]])
def test_what_is_no_finite_number_is_no_operand(value):
    with pytest.raises(BadInput, match="not a finite number or an expression"):
        as_expr(value)


@pytest.mark.parametrize("exponent", [0, -1, 5, 0.5])
def test_powers_are_small_whole_ones(exponent):
    with pytest.raises(BadInput, match="the exponent is 1, 2, 3 or 4"):
        close**exponent
