"""The formula language: what reads as what, and where an error points."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tapehawk.core.columns import close, high, low, minute, open_, session, volume
from tapehawk.core.errors import FormulaError, LookAhead, MixedBasis, OutOfBounds
from tapehawk.core.expr import (
    COLUMNS,
    KERNELS,
    as_expr,
    column,
    function,
    known,
    on,
    percentile,
    rank,
    where,
)
from tapehawk.core.formula import describe, parse, parse_condition
from tapehawk.core.formula.budget import MAX_COST, MAX_STATE
from tapehawk.core.indicators import adx, cross_up, ema, highest, macd, roc, rsi, rvol, since, sma
from tapehawk.core.timeframes import bars_a_session

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "formula.md").read_text(encoding="utf-8")
FORMULA_BLOCKS = re.findall(r"^```formula\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ERROR_BLOCKS = re.findall(r"^```formula-error\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def refused(formula: str) -> FormulaError:
    """Return the error that a formula is refused with."""
    with pytest.raises(FormulaError) as caught:
        parse(formula)
    return caught.value


# ------------------------------------------------------------------------------------------ what reads as what


@pytest.mark.parametrize(
    ("formula", "means"),
    [
        ("close > highest(high, 20)[1] and rvol(20) > 2", (close > highest(high, 20)[1]) & (rvol(20) > 2)),
        ('on("1h", close > ema(close, 20))', on("1h", close > ema(close, 20))),
        ("on('1d', close)", on("1d", close)),
        ("cross_up(ema(close,9), ema(close, 20))", cross_up(ema(close, 9), ema(close, 20))),
        ("cross_up(rsi(), 30)", cross_up(rsi(14), 30)),
        ("macd(12, 26, 9).histogram > 0", macd(12, 26, 9).histogram > 0),
        ("adx().plus", adx(14).plus),
        ("rank(roc(close, 20)) <= 10", rank(roc(close, 20)) <= 10),
        ("percentile(volume)", percentile(column("raw.volume"))),
        ("since(close > open) < 5", since(close > open_) < 5),
        ("rsi(14, x=high)", rsi(14, high)),
        ("rsi(x=high)", rsi(14, high)),
        ("sma(length=5, x=close)", sma(close, 5)),
        ("where(close > open, 1, -1)", where(close > open_, 1, -1)),
        ("max(close, open) - min(close, open)", function("max", close, open_) - function("min", close, open_)),
        ("abs(close - open)", abs(close - open_)),
        ("sqrt(close ** 2)", function("sqrt", close * close)),
        ("log(close / open) + exp(minute)", function("log", close / open_) + function("exp", minute)),
        ("close > sqrt(2) * open", close > function("sqrt", 2) * open_),
        ("known(close[250])", known(close[250])),
        ("bars_a_session()", bars_a_session),
        ("session == 19000", session == 19000),
        ("-close[1]", -(close[1])),
        ("(-close)[1]", (-close)[1]),
        ("+close", close),
        ("close[0]", close),
        ("close - open - high", (close - open_) - high),
        ("close - (open - high)", close - (open_ - high)),
        ("2 * close / open ** 2", as_expr(2.0) * close / (open_ * open_)),
        ("not close > open or open > low and high > close", ~(close > open_) | ((open_ > low) & (high > close))),
        ("close > open AND NOT open > low OR high > close", ((close > open_) & ~(open_ > low)) | (high > close)),
        ("low < open < high", (low < open_) & (open_ < high)),
        ("close != open", close != open_),
        ("(close > open)[1]", (close > open_)[1]),
        ("close >= open == low", (close >= open_) & (open_ == low)),
        ("5", as_expr(5.0)),
        ("  \n close\n\t>\r\n open \n", close > open_),
    ],
)  # fmt: skip
def test_a_formula_is_the_expression_that_python_would_build(formula, means):
    assert parse(formula) is means


@pytest.mark.parametrize(
    ("formula", "means"),
    [
        ("ema(close, 2 * 10)", ema(close, 20)),
        ("close[1 + 2]", close[3]),
        ("close > 2 * 2.5", close > 5),
        ("volume > 1e6", volume > 1_000_000),
        ("volume > 1_000_000", volume > 1_000_000),
        ("minute > -(2 ** 3) / 4 - .5", minute > -2.5),
        ("ema(close, 5[1])", ema(close, 5)),
    ],
)
def test_numbers_among_themselves_are_computed_at_once(formula, means):
    assert parse(formula) is means


def test_a_bare_column_that_meets_a_number_is_the_value_as_traded():
    assert parse("close > 5") is parse("raw.close > 5") is (column("raw.close") > 5)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_is_a_word(name):
    assert parse(name) is column(name)


def test_a_condition_is_asked_for_where_only_one_will_do():
    assert parse_condition("close > open") is (close > open_)
    with pytest.raises(FormulaError, match="close - open is a number, and here a condition is needed"):
        parse_condition(" close - open")


# ------------------------------------------------------------------------------------------ where errors point


@pytest.mark.parametrize(
    ("formula", "points_at", "says", "hints"),
    [
        ("close > emaa(close, 20)", "emaa", "unknown name 'emaa'", "'ema'"),
        ("RSI(14) > 70", "RSI", "unknown name 'RSI'", "'rsi'"),
        ("Close > open", "Close", "unknown name 'Close'", "'close'"),
        ("raw.clos > 5", "clos", "unknown column 'raw.clos'", "'raw.close'"),
        ("raw > 5", "raw", "raw stands before a column", "raw.close"),
        ("close.foo", "foo", "there is no .foo here", "macd().signal"),
        ("macd(12, 26, 9).hist > 0", "hist", "unknown value 'hist'", "'histogram'"),
        ("open < macd()", "macd", "several values: choose one of .line, .signal, .histogram", ""),
        ("close > ema", "ema", "ema is a function", "ema(x, length)"),
        ("close > volume(5)", "volume(", "volume is a column, not a function", "volume[5]"),
        ("close > ema(close)", "ema", "ema needs length", "ema(x, length)"),
        ("ema(close, 20, 3)", "3", "too many arguments: ema(x, length) takes 2", ""),
        ("ema(20, close)", "20", "x: an expression that changes from bar to bar is needed", "ema(x, length)"),
        ("roc(0)", "0", "x: an expression that changes", ""),
        ("count(1, 5)", "1", "condition: a condition is needed", ""),
        ('max("1h", close)', '"1h"', "a: an expression or a number is needed", ""),
        ("rsi(close, 14)", "close", "length: a number that is known", "rsi(length=14, x=close)"),
        ("ema(close, 2.5)", "2.5", "length = 2.5: a whole number is needed", "counts bars"),
        ("close > ema(close, 0)", "ema", "length = 0 is out of bounds", "1 to 5000"),
        ("ema(close, n=5)", "5", "unknown parameter 'n'", "length"),
        ("ema(close, 5, length=6)", "6", "length is given twice", ""),
        ("ema(close, length=5, length=6)", "length=6", "length is given twice", ""),
        ("ema(**close)", "**", "a star", ""),
        ("ema(*close)", "*", "a star", ""),
        ("count(close, 5)", "close", "close is a number, and here a condition is needed", "compare"),
        ("ema(close > open, 5)", "ema", "is a condition, and here a number is needed", "count"),
        ('ema("1h", 5)', '"', "x: an expression that changes", ""),
        ("on(close, 5)", "close", "timeframe: a timeframe in quotes", ""),
        ('on("2h", close)', '"2h"', "unknown timeframe '2h'", "'1h'"),
        ('on("1h", on("1d", close))', "on", "holds another on(…)", ""),
        ('5 > on("1h", rank(roc(close)))', "on", "holds a rank", "rank(on("),
        ("on(1h, close)", "h,", "is missing here", 'on("1h", close)'),
        ("volume > 5k", "k", "is missing here", "5_000"),
        ('"1h" > close', '"1h"', "text in quotes is only for a timeframe", ""),
        ("close[-1] > 5", "-1", "has not closed yet", "close[1]"),
        ("close[open]", "open", "a whole number of bars ago", ""),
        ("close[1.5]", "1.5", "a whole number of bars ago", ""),
        ("close[5001]", "5001", "5,001 bars ago is too far", "5,000"),
        ("close[1:2]", ":", "':' is no part of the language", ""),
        ("open > 1 and sma(close, 20) > 50", "> 50", "split-adjusted", "raw.close"),
        ("(close) > (volume)", ">", "a split changes differently", "ratios"),
        ("close + volume", "+", "a split changes differently", ""),
        ("close and open", "close", "close is a number, and here a condition", "compare"),
        ("close > open and volume", "volume", "volume is a number, and here a condition", "compare"),
        ("not close", "close", "close is a number", ""),
        ("-(close > open)", "-", "is a condition, and here a number", ""),
        ("abs(close > open)", "abs", "is a condition, and here a number", ""),
        ("(close > open) ** 2", "**", "is a condition, and here a number", ""),
        ("close ** 5", "**", "5 is no exponent", "1, 2, 3 or 4"),
        ("close ** open", "**", "open is no exponent", "1, 2, 3 or 4"),
        ("close > 5 & open > 5", "&", "'&' is no part", "write and"),
        ("close > 10%", "%", "'%' is no part", "x * 1.05"),
        ("close ≥ 10", "≥", "'≥' is no part", "write >="),
        ("close = 5", "=", "a single =", "write =="),
        ("close > 5 # cheap", "#", "'#' is no part", "no comments"),
        ('on("1h, close)', '"', "'\"' is no part", "not closed"),
        ("close // 2", "//", "this operator is no part", "+ - * / **"),
        ("close in open", "in", "this comparison is no part", "!="),
        ("close if open else low", "close", "if … else …", "where(condition, then, otherwise)"),
        ("close > [1]", "[1]", "a list is no part", "close[1]"),
        ("close, open", "close", "a list with commas", "and, or, not"),
        ("True", "True", "True is no part", "close > open"),
        ("(ema)(close, 20)(1)", "(ema)", "only a function can be called", ""),
        ("1 / 0 < close", "/", "this is no finite number", ""),
        ("close < 1e999", "1e999", "this is no finite number", ""),
        ("10 ** 10 ** 10 < close", "** 10 **", "this is no finite number", ""),
        ("(-8) ** 0.5 < close", "**", "this is no finite number", ""),
        ("close > highest(high, 20", "(", "was never closed", ""),
        ("5 close", "close", "can't be read", "missing"),
        ("std(close, 3000) / close > 0.1", "std", "would cost 3,016 passes over the bars, and 2,000 is the limit", ""),
    ],
)
def test_an_error_points_at_the_mistake_and_says_what_is_near(formula, points_at, says, hints):
    error = refused(formula)
    assert says in error.message
    assert hints in error.hint
    assert formula[error.column :].startswith(points_at), error.pointed()
    assert refused(f"\n \t{formula}").column == error.column + 3


def test_the_caret_stands_below_the_mistake_however_the_formula_is_spaced():
    error = refused("  close >\n\tclsoe")
    assert error.pointed() == "  close >  clsoe\n           ^"


@pytest.mark.parametrize("formula", ["close >", "close and", "close > (open +", "not"])
def test_a_formula_that_stops_half_way_is_an_error(formula):
    assert refused(formula).message in ("the formula ends too early", "this can't be read: '(' was never closed")


@pytest.mark.parametrize("formula", ["", "   ", "\n"])
def test_an_empty_formula_is_an_error_with_an_example(formula):
    error = refused(formula)
    assert error.message == "the formula is empty"
    parse(error.hint.removeprefix("for example: "))


def test_what_a_terminal_would_obey_is_not_printed_back():
    assert refused("close > \x1b[31m\x07\u202e").formula == "close > �[31m��"


@pytest.mark.parametrize(
    ("formula", "cause"),
    [
        ("close[-1]", LookAhead),
        ("ema(close, 1) > 5", MixedBasis),
        ("ema(close, 0)", OutOfBounds),
        ("close + volume", MixedBasis),
    ],
)
def test_the_error_of_the_expression_itself_is_the_cause(formula, cause):
    assert type(refused(formula).__cause__) is cause


# ------------------------------------------------------------------------------------------ limits


def test_each_limit_is_said_with_its_figure():
    lengths = (5000, 4999, 4998, 4987)
    windows = " + ".join(f"highest(high, {length})" for length in lengths)
    width = sum(KERNELS["highest"].width(length) for length in lengths)
    assert describe(parse(windows)).state == width <= MAX_STATE
    over = width + KERNELS["highest"].width(100)
    said = refused(f"{windows} + highest(high, 100)").message
    assert f"needs {over:,} numbers of memory a symbol, and {MAX_STATE:,} is the limit" in said
    averages = " + ".join(f"ema(close, {i + 1})" for i in range(97))
    assert describe(parse(averages)).cost < MAX_COST
    ranks = " + ".join(f"rank(raw.close[{i}])" for i in range(40))
    assert f"and {MAX_COST:,} is the limit" in refused(ranks).message
    assert "2,001 characters, and 2,000 are the limit" in refused("1" * 2001).message
    assert "more than 500 names, numbers and operators" in refused("1<" * 501 + "1").message
    assert "nested more than 100 deep" in refused("-" * 101 + "close").message
    assert "is nested 101 deep, and 100 is the limit" in refused(" and ".join(["1 < 2"] * 100)).message


@pytest.mark.parametrize("round_", ["(X)**4", "hma(X, 9)", "zscore(X, 9)", "macd(5, 6, 7, X).histogram"])
def test_a_formula_that_would_be_huge_when_written_out_is_refused_early(round_):
    formula = "close"
    for _ in range(40):
        formula = round_.replace("X", formula)
    assert "operations when written out, and 4,000 is the limit" in refused(formula).message


def test_what_is_used_twice_is_charged_once():
    assert describe(parse("ema(close, 9) > ema(close, 9)[1]")).cost < 2 * describe(parse("ema(close, 9)")).cost + 4


def test_a_description_says_kind_columns_and_cost():
    found = describe(parse("rsi(14) > 70 and raw.close > 5"))
    assert (found.kind, found.columns) == ("mask", ("close", "raw.close"))
    assert 8 <= found.cost <= 12
    assert found.state == KERNELS["wilder_rsi"].width(14)
    assert parse(found.text) is parse("rsi(14) > 70 and raw.close > 5")


# ------------------------------------------------------------------------------------------ documentation


@pytest.mark.parametrize("block", FORMULA_BLOCKS)
def test_every_formula_of_the_page_reads(block):
    for line in block.splitlines():
        parse_condition(line.partition("#")[0])


@pytest.mark.parametrize("example", [e for block in ERROR_BLOCKS for e in block.strip().split("\n\n")])
def test_every_mistake_of_the_page_is_told_as_the_page_says(example):
    formula, told = example.split("\n")
    error = refused(formula)
    assert told.index("^") == error.column
    assert error.message.startswith(told.strip(" ^"))


def test_the_page_is_not_empty():
    assert len(FORMULA_BLOCKS) >= 3
    assert len(ERROR_BLOCKS) >= 3
