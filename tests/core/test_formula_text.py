"""The text of an expression is the formula that reads back as that very expression."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tapehawk.core.errors import BadInput, FormulaError
from tapehawk.core.expr import MASK, Expr, column, function, known, number, on, percentile, rank, where
from tapehawk.core.formula import parse
from tapehawk.core.indicators import (
    atr,
    bollinger,
    count,
    cross_up,
    ema,
    highest,
    macd,
    opening_range,
    psar,
    rvol_tod,
    since,
)

BEYOND = ("is the limit", "are the limit", "more than", "holds a", "too many nested")


def reads_back(x: Expr) -> bool:
    """Say whether an expression's text reads back as it; beyond the limits it has to be refused as such."""
    try:
        return parse(str(x)) is x
    except FormulaError as error:
        return any(said in error.message for said in BEYOND)


prices = st.sampled_from(
    [column("open"), column("high"), column("close"), atr(5), bollinger().upper, macd().line, psar().line]
)
ratios = st.sampled_from([column("raw.close"), column("minute"), rvol_tod(5), opening_range(30).high / column("close")])
constants = st.one_of(st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False))
lengths = st.integers(1, 5000)


@st.composite
def expressions(draw: st.DrawFn) -> Expr:
    """Expressions built as Python builds them; a step that bases or kinds forbid is left out."""
    pool = [draw(prices), draw(prices), draw(ratios)]
    for _ in range(draw(st.integers(1, 12))):
        a, b, c = (draw(st.sampled_from(pool)) for _ in range(3))
        try:
            pool.append(draw(st.sampled_from(_STEPS))(a, b, c, draw(constants), draw(lengths)))
        except BadInput:
            continue
    return pool[-1]


_STEPS = [
    lambda a, b, c, k, n: a + b,
    lambda a, b, c, k, n: a - b,
    lambda a, b, c, k, n: a * k,
    lambda a, b, c, k, n: k - a,
    lambda a, b, c, k, n: k / a,
    lambda a, b, c, k, n: a / b * c,
    lambda a, b, c, k, n: a / (b * c),
    lambda a, b, c, k, n: a - (b - c),
    lambda a, b, c, k, n: -a if a.kind != MASK else ~a,
    lambda a, b, c, k, n: abs(a - b),
    lambda a, b, c, k, n: a[n],
    lambda a, b, c, k, n: a > b,
    lambda a, b, c, k, n: a >= k,
    lambda a, b, c, k, n: (a < b) | (b <= c),
    lambda a, b, c, k, n: a == b,
    lambda a, b, c, k, n: a != b,
    lambda a, b, c, k, n: a & b,
    lambda a, b, c, k, n: (a | b) & c,
    lambda a, b, c, k, n: a | (b & ~c),
    lambda a, b, c, k, n: ~(a & b) | ~c,
    lambda a, b, c, k, n: ema(a, n),
    lambda a, b, c, k, n: highest(a, n),
    lambda a, b, c, k, n: count(a, n),
    lambda a, b, c, k, n: since(a),
    lambda a, b, c, k, n: cross_up(a, b),
    lambda a, b, c, k, n: number(a),
    lambda a, b, c, k, n: known(a),
    lambda a, b, c, k, n: where(a, b, c),
    lambda a, b, c, k, n: where(a, b, k),
    lambda a, b, c, k, n: function("max", a, b),
    lambda a, b, c, k, n: function("min", a, k),
    lambda a, b, c, k, n: function("sqrt", a * b),
    lambda a, b, c, k, n: function("log", a / b),
    lambda a, b, c, k, n: rank(a),
    lambda a, b, c, k, n: percentile(a)[1],
    lambda a, b, c, k, n: a**3,
    lambda a, b, c, k, n: on("1d", a),
]


@settings(max_examples=200)
@given(expressions())
def test_the_text_of_any_expression_reads_back_as_that_very_expression(x):
    assert reads_back(x)


def test_a_text_with_a_bracket_too_few_would_not_read_back(monkeypatch):
    a, b, c = column("open"), column("high"), column("low")
    x = a - (b - c)
    assert reads_back(x)
    monkeypatch.setattr("tapehawk.core.text._Speech.within", lambda speech, x, _: speech.text(x))
    assert not reads_back(x)


@pytest.mark.soak
@settings(max_examples=20_000)
@given(expressions())
def test_no_expression_ever_fails_to_read_back(x):
    assert reads_back(x)
