from __future__ import annotations

import pytest

from tapehawk.core.errors import BadInput, FormulaError
from tapehawk.scanners.formula import Formula
from tests.scanners.tape import at_last, calm, daily, shown

BREAK = (100.2, 101.6, 100.0, 101.3, 2.1e6)


def test_a_formula_is_a_buy_with_the_stop_one_and_a_half_atr_away():
    tape = daily(*calm(30), BREAK)
    assert at_last(Formula(), tape) == ["formula"]
    atr = 0.5 + (1.6 - 0.5) / 14
    assert shown(Formula(), tape, "formula")["stop"] == pytest.approx(101.3 - 1.5 * atr)


def test_a_sell_formula_makes_sells_beside_the_buys():
    both = Formula(formula="close > open", sell="close < open")
    assert at_last(both, daily(*calm(30), BREAK)) == ["formula"]
    assert at_last(both, daily(*calm(30), (101.3, 101.6, 100.0, 100.2, 1e6))) == ["sell_formula"]
    assert [setup.direction for setup in Formula(formula="", sell="close < open").setups()] == ["SELL"]


def test_a_stop_may_be_given():
    assert shown(Formula(stop="lowest(low, 5)"), daily(*calm(30), BREAK), "formula")["stop"] == 99.75


def test_each_part_that_and_joins_is_a_condition_of_the_funnel():
    (setup,) = Formula(formula="close > open and (rvol(20) > 2 or close > 5) and close > high[1]").setups()
    assert list(setup.when) == ["close > open", "rvol(20) > 2 or raw.close > 5", "close > high[1]"]


@pytest.mark.parametrize("text", ["close >", "clse > open", "close", "highest(high, 20) > 50"])
def test_a_formula_that_does_not_parse_is_refused_where_it_is_given(text):
    with pytest.raises(FormulaError):
        Formula(formula=text)
    with pytest.raises(FormulaError):
        Formula(sell=text)


@pytest.mark.parametrize("text", ["rsi(14)", "close > open", "5", "close * close", "volume"])
def test_a_stop_that_is_no_price_is_refused(text):
    with pytest.raises(BadInput, match="is no price"):
        Formula(stop=text)


def test_no_formula_at_all_is_refused_and_one_limit_is_told_without_repeating_the_text():
    with pytest.raises(FormulaError, match="the formula is empty"):
        Formula(formula="")
    with pytest.raises(FormulaError, match="2,000 are the limit") as caught:
        Formula(formula="close > 5 and " * 2_300 + "close > 5")
    assert len(caught.value.message + caught.value.pointed()) < 600
