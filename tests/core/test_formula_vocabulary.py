"""The words of formulas: every indicator is one, and what each gives reads back from its text."""

from __future__ import annotations

import re

import pytest

from tapehawk.core import indicators
from tapehawk.core.columns import close, high, low, open_
from tapehawk.core.errors import BadInput, FormulaError
from tapehawk.core.expr import COLUMNS, KERNELS, call, column, make, on, where
from tapehawk.core.formula import names, parse
from tapehawk.core.formula.budget import _COUNTS, _facts, takes_numbers
from tapehawk.core.formula.vocabulary import CONDITION, EXPRESSION, NUMBER, OPERAND, TIMEFRAME, WHOLE, listed

SAMPLE = {
    EXPRESSION: close / open_,
    OPERAND: low / close,
    CONDITION: close > open_,
    NUMBER: 2.0,
    WHOLE: 3,
    TIMEFRAME: "1d",
}


def values(word):
    """Return what a function gives for sample arguments, each of its values."""
    arguments = [SAMPLE[p.kind] for p in word.parameters if not p.default]
    try:
        result = word.build(*arguments)
    except BadInput:  # an expression that has to be a condition
        result = word.build(*(SAMPLE[CONDITION] if x is SAMPLE[EXPRESSION] else x for x in arguments))
    return dict(zip(word.fields, result, strict=True)) if word.fields else {"": result}


def test_every_indicator_is_a_word():
    functions = {name for name in indicators.__all__ if callable(getattr(indicators, name))}
    assert functions <= {word.name for word in names()}


@pytest.mark.parametrize("word", names(), ids=lambda word: word.name)
def test_every_word_says_what_it_means_and_takes(word):
    assert len(word.meaning) > 10
    assert re.fullmatch(r"\w+\(.*\)", str(word))
    assert not (set(word.fields) & {"count", "index"}), "these are methods of every tuple"
    for parameter in word.parameters:
        assert parameter.kind in SAMPLE


@pytest.mark.parametrize("word", names(), ids=lambda word: word.name)
def test_what_every_word_gives_reads_back_from_its_text(word):
    for x in values(word).values():
        assert parse(str(x)) is x


@pytest.mark.parametrize(
    "word", [word for word in names() if all(p.default for p in word.parameters)], ids=lambda w: w.name
)
def test_a_word_with_usual_numbers_can_be_written_with_empty_brackets(word):
    for field, x in values(word).items():
        assert parse(f"{word.name}().{field}" if field else f"{word.name}()") is x


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_reads_back_and_a_listed_word_of_its_name_is_the_same(name):
    inputs = [
        column(x) if x in COLUMNS else open_ for x in KERNELS[name].source.__code__.co_varnames[: KERNELS[name].inputs]
    ]
    numbers = next(n for n in range(10) if takes_numbers(name, n))
    if name not in _COUNTS:
        with pytest.raises(TypeError):  # a kernel that is handed too few numbers reads beyond them
            _facts(name, (2.0,) * (numbers + 1))
    x = call(name, *inputs, params=(3.0,) * numbers)
    assert parse(str(x)) is x
    assert name not in listed() or name == "delay" or len(listed()[name].parameters) == len(inputs) + numbers


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("delay(close, -1)", "is not a window"),
        ("delay(close, 0)", "is not a window"),
        ("wilder_rsi(close, 1.5)", "is not a window"),
        ("mean_deviation(close, 5001)", "is not a window"),
        ("supertrend_line(high, low, close, close, 1e9)", "too large"),
        ("wilder_stop(high, low)", "unknown name"),
        ("wilder_rsi(close)", "unknown name"),
        ("wilder_range(raw.high, low, close)", "split-adjusted"),
        ("opening_highest(high, session, minute, 30, 0, 0)", "can't be computed"),
        ('usual_so_far(volume, session, minute, 20, "minutes", 5, 20)', "is not a number"),
        ("bars_since(close > open)", "is a condition, and here a number"),
    ],
)
def test_a_kernel_is_as_strict_as_the_words_made_of_it(formula, says):
    with pytest.raises(FormulaError, match=re.escape(says)):
        parse(formula)


def test_kernels_are_read_but_not_offered():
    assert not {word.name for word in names()} & {"delay", "wilder_rsi", "bars_since", "session_sum"}


@pytest.mark.parametrize(
    "x",
    [
        (close > open_) & ~((close == open_) | (high != low)),
        ~(~(close != open_)),
        ((close > open_) | (high > low)) & (low > open_),
        close - (open_ - (high - low)),
        close / (open_ / high),
        close * 2 - (-(open_ + low)),
        (close + open_)[3] * -0.5 - 1e-7 * close,
        where(close > open_, close, -1 * open_)[2],
        make("bars_a_session") * 1e16,
        on("1w", (close > open_)[2]),
    ],
    ids=str,
)
def test_the_text_of_an_expression_reads_back_as_that_expression(x):
    assert parse(str(x)) is x
