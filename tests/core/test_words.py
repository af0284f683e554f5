"""Expressions in the words people write: what is printed of any indicator or scanner reads back as that very thing."""

from __future__ import annotations

import inspect
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapehawk.catalog import scanner_names, scanner_type
from tapehawk.core import indicators, words
from tapehawk.core.columns import close, high, low, open_, volume
from tapehawk.core.errors import BadInput, FormulaError
from tapehawk.core.expr import COLUMNS, KERNELS, Expr, call, on
from tapehawk.core.formula import names, parse
from tapehawk.core.indicators import atr, bollinger, ema, highest, macd, rsi, rvol, sma
from tapehawk.core.plan import nodes
from tapehawk.core.scanner import Scanner
from tapehawk.core.text import text_of
from tapehawk.core.timeframes import as_written, for_bars, named
from tests.core.every_indicator import NEEDED, every_indicator

UNSAID = {"daily", "opens_at", "closes_at"}  # no formula says these
LISTED = {word.name for word in names()}


@pytest.mark.parametrize(
    "formula",
    [
        "rsi(14)", "rsi(9, high)", "rsi(14, ema(close, 3)) < 30", "atr(14)", "rma(close, 14)", "rvol(20) > 2",
        "macd(12, 26, 9).histogram", "macd(5, 35, 5, high).signal[1]", "ema(close, 9) - ema(close, 20)",
        "bollinger(20, 2).upper", "bollinger(10, 1.5, high).percent_b < 0", "sma(close, 20)", "true_range()[1]",
        "highest(high, 20)[1]", "close - close[1]", "close > supertrend(10, 3).line", "since(close > open)",
        "count(close > open, 5) >= 4", "cross_up(ema(close, 9), ema(close, 20))", "cross_up(close, 50)",
        'on("1h", rsi(14)) > 50', "-atr(14)", "stoch(14, 3, 3).d", "ichimoku(9, 26, 52).span_b", "vwap()", "gap() > 4",
        "opening_range(30).high", "volume_so_far_usual(20)", "rvol_tod(20)", "anchored_vwap(close > open)",
        "roc(close, 5)", "hma(close, 21)", "squeeze(20, 2, 1.5, 20)", "(close > open)[3]", "psar(0.02, 0.2).line",
    ],
)  # fmt: skip
def test_a_formula_is_printed_as_it_was_written(formula):
    x = parse(formula)
    said = str(x)
    assert parse(said) is x
    assert said.replace("raw.", "") == formula  # a bare column that meets a number means the value as traded


def test_every_indicator_is_printed_in_words_of_the_language_and_reads_back():
    for name, x in every_indicator().items():
        assert parse(str(x)) is x, name
        assert said_names(str(x)) <= LISTED | set(COLUMNS), str(x)


def said_names(text: str) -> set[str]:
    """The names in a text, less quoted ones and fields."""
    bare = re.sub(r'"[^"]*"', "", text)
    return set(re.findall(r"(?<![.\w])[a-z_]+(?:\.[a-z_]+)?(?=\()|\braw\.\w+", bare)) - {"and", "or", "not"}


@st.composite
def called(draw: st.DrawFn) -> Expr:
    """Any indicator with any arguments, some of them indicators."""
    build = getattr(indicators, draw(st.sampled_from(sorted(set(indicators.__all__) - {"rank", "percentile"}))))
    sources = st.sampled_from([close, high, ema(close, 3), atr(5), close / open_, volume, macd().line])
    conditions = st.sampled_from([close > open_, (rsi(9) < 30)[1], rvol(5) > 2])
    given = {}
    for p in inspect.signature(build).parameters.values():
        if p.name in ("condition", "anchor"):
            given[p.name] = draw(conditions)
        elif (p.name in NEEDED and p.name != "length") or isinstance(p.default, Expr):
            given[p.name] = draw(sources)
        elif isinstance(p.default, float):
            given[p.name] = draw(st.floats(0.01, 1).map(lambda value: round(value, 3)))
        else:
            given[p.name] = draw(st.integers(1, 60))
    try:
        made = build(**given)
    except BadInput:
        return close
    return draw(st.sampled_from(made)) if isinstance(made, tuple) else made


@given(called())
def test_an_indicator_with_any_arguments_reads_back(x):
    assert parse(str(x)) is x


def test_a_word_said_wrongly_would_not_read_back(monkeypatch):
    x = rsi(9)
    monkeypatch.setattr(words._Phrase, "call", lambda *_: "rsi(10)")
    assert parse(str(x)) is not x


def test_what_only_looks_like_an_indicator_is_spelled_out():
    assert (
        str(call("rma", call("wilder_range", high, close, low), params=(14,)))
        == "rma(wilder_range(high, close, low), 14)"
    )
    assert str(volume / sma(volume, 20)[2]) == "volume / sma(volume, 20)[2]"
    assert str((close - bollinger(20).lower) / (bollinger(20).upper - bollinger(21).lower)) == (
        "(close - bollinger(20, 2).lower) / (bollinger(20, 2).upper - bollinger(21, 2).lower)"
    )


# ------------------------------------------------------------------------------------------------------- scanners


def scanners() -> list[Scanner]:
    made = []
    for name in scanner_names():
        kind = scanner_type(name)
        fields = {"formula": "rsi(14) < 30"} if name == "formula" else {"og": True} if name == "lc" else {}
        if name != "ml":  # without a trained model it has no setups
            made.append(kind(**fields))
    return made


def expressions_of(scanner: Scanner) -> list[Expr]:
    found = list(scanner.universe().values())
    for setup in scanner.setups():
        found += [*setup.when.values(), *setup.show.values(), setup.entry, setup.stop, setup.score]
    return [x for x in found if x is not None]


@pytest.mark.parametrize("scanner", scanners(), ids=lambda scanner: scanner.type())
def test_every_expression_of_a_scanner_reads_back_if_a_formula_can_say_it(scanner):
    for x in expressions_of(scanner):
        assert read_back(x) is x or beyond_formulas(x), str(x)


def read_back(x: Expr) -> Expr | None:
    with suppress(FormulaError):
        return parse(str(x))
    return None


def beyond_formulas(x: Expr) -> bool:
    """Say whether an expression uses what no formula says, or is larger than one may be."""
    return bool(UNSAID & {node.op for node in nodes(x)}) or len(re.findall(r"[\w.]+|[-+*/<>]", str(x))) > 300


def test_only_totals_of_a_session_and_what_is_usual_of_them_are_said_as_kernels():
    kernels = {name for x in every_expression() for name in said_names(str(x)) & (set(KERNELS) - LISTED)}
    assert kernels == {"session_sum", "session_first", "usual_so_far"}


def every_expression() -> list[Expr]:
    return [x for scanner in scanners() for x in expressions_of(scanner)]


# --------------------------------------------------------------------------------------------- as they were written


def test_what_was_rewritten_for_its_bars_is_told_as_it_was_written():
    x = parse('volume_so_far() / volume_so_far_usual(20) > 2 and close > on("1d", highest(high, 20))')
    for timeframe in ("1d", "5m"):
        computed = for_bars(x, timeframe)
        assert computed is not x
        assert (
            text_of(computed, as_written([x], timeframe)) == 'rvol_tod(20) > 2 and close > on("1d", highest(high, 20))'
        )


def test_what_no_formula_says_is_told_as_it_is_computed():
    (technical,) = (one for one in scanners() if one.type() == "technical")
    (extreme,) = (setup.when["extreme"] for setup in technical.setups() if setup.pattern == "oversold_bounce")
    told = {t: text_of(for_bars(extreme, t), as_written([extreme], t)) for t in ("1d", "5m")}
    assert told["1d"] == "rsi(14) <= 30 or bollinger(20, 2).percent_b <= 0"
    assert told["5m"] == 'on("1d", rsi(14) <= 30 or bollinger(20, 2).percent_b <= 0)'


def test_a_number_or_column_is_never_told_as_the_word_it_stands_for():
    x = parse("bars_a_session() * close > 1 * close")
    assert text_of(for_bars(parse("close[1] > 0"), "1d"), as_written([x], "1d")) == "close[1] > 0"
    assert (
        text_of(on("1d", highest(high, 5)), as_written([on("1d", highest(high, 5))], "5m"))
        == 'on("1d", highest(high, 5))'
    )


def test_what_has_a_name_is_told_by_it_and_computed_without_it():
    x = named("chance", 1 / (1 + rsi(14))) > 0.5
    assert for_bars(x, "1d") is for_bars(1 / (1 + rsi(14)) > 0.5, "1d")
    assert [text_of(for_bars(x, bars), as_written([x], bars)) for bars in ("1d", "5m")] == ["chance > 0.5"] * 2
