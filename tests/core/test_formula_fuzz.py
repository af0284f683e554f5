"""Formulas from strangers: whatever the text, it reads as an expression within the limits or is a FormulaError."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tapehawk.core.errors import BadInput, FormulaError
from tapehawk.core.evaluate import evaluate
from tapehawk.core.expr import (
    COLUMNS,
    Expr,
)
from tapehawk.core.formula import describe, names, parse
from tapehawk.core.formula.budget import MAX_COST, MAX_STATE
from tapehawk.core.formula.vocabulary import CONDITION, EXPRESSION, NUMBER, OPERAND, TIMEFRAME, WHOLE
from tapehawk.core.panel import Panel

WORDS = {word.name: word for word in names()}
CANARIES = [
    "__import__('os').system('touch canary')",
    "close > __import__('os').system('touch canary')",
    "on(\"1h\", exec(\"open('canary', 'w')\"))",
    "open('canary', 'w')",
    "close.__class__.__base__.__subclasses__()",
    "().__class__.__mro__[1].__subclasses__()",
    "[x for x in (1).__class__.__base__.__subclasses__()]",
    "(lambda: eval('1'))()",
    "f\"{__import__('os')}\" > close",
    "ema.build(close, 20)",
    "macd().__class__",
    "macd()._fields",
    "macd()._replace(line=close)",
    "globals()",
    "breakpoint()",
    "close if exit() else open",
    "(yield close)",
    "await close",
    "(x := close) > x",
    "{**vars()}",
    "\\\nimport os",
    "print(close)",
    "where(close > open, quit(), 1)",
]


# ------------------------------------------------------------------------------------------ nothing is executed

_FORBIDDEN = ("exec", "os.", "subprocess.", "open", "socket.", "import", "shutil.", "ctypes.")
_heard: list[str] | None = None


def _listen(event: str, _arguments: object) -> None:
    if _heard is not None and event.startswith(_FORBIDDEN):
        _heard.append(event)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Give the list of what Python's own audit hears executed, opened or imported meanwhile."""
    global _heard  # noqa: PLW0603 - an audit hook can not be taken away again, so it is told when to listen
    if not getattr(sys, "_formula_hook", False):
        sys.addaudithook(_listen)
        sys._formula_hook = True
    assert str(parse("close > open")) == "close > open"  # whatever is imported on first use
    heard = _heard = []
    yield heard
    _heard = None


def test_the_listener_hears_what_eval_executes():
    with listening() as heard:
        eval("__import__('os').listdir('.')")  # noqa: S307 - the planted bug
    assert {"exec", "os.listdir"} <= set(heard)


@pytest.mark.parametrize("formula", CANARIES)
def test_nothing_in_a_formula_is_executed(formula, tmp_path):
    with listening() as heard:
        refusal = error_of(formula)
    assert refusal is not None
    assert heard == []
    assert list(tmp_path.rglob("canary")) == []


def error_of(formula: str) -> FormulaError | None:
    try:
        parse(formula)
    except FormulaError as error:
        return error
    return None


# ------------------------------------------------------------------------------------------ any text at all


def hold_to_the_promise(text: str) -> Expr | None:
    """Parse, and hold the answer to what is promised of every answer; return the expression if it is one."""
    error = error_of(text)
    if error is None:
        x = parse(text)
        assert describe(x).cost <= MAX_COST
        assert describe(x).state <= MAX_STATE
        longer = error_of(str(x))  # indicators written out may be beyond the limits
        assert re.search("limit|more than|nested", longer.message) if longer else parse(str(x)) is x
        return x
    assert len(error.formula) == min(len(text), 2000)
    assert 0 <= error.column <= len(error.formula)
    assert error.formula.isprintable()
    assert error.pointed().endswith("^")
    assert 0 < len(error.message) <= 300
    assert len(error.hint) <= 300
    return None


@given(st.text(st.characters(exclude_categories=()), max_size=300))
@example("\x00close > open")
@example("close > \ud800")
@example("ｃｌｏｓｅ > open")  # letters that Python itself would read as "close"
@example("clоse > open")  # a Cyrillic letter
@example("close\u00a0>\u3000open")
@example("1_000_ > close")
@example("0x10 > close")
@example("1e400 > close")
@example("-1e-400 < close")
@example("9" * 1999)
@example("1" + "0" * 400 + " < close")
@example("nan < close")
@example("inf < close")
def test_any_text_reads_or_is_refused(text):
    hold_to_the_promise(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1999,
        "(" * 900 + "close" + ")" * 900,
        "[" * 1999,
        "close" + "[1]" * 600,
        "-" * 1990 + "close",
        "+-" * 900 + "1",
        "not " * 490 + "close > open",
        "**".join(["9"] * 600),
        "close" + "**4" * 600,
        "(" * 199 + "close" + ")**4" * 199,
        "<".join(["close"] * 300),
        "+".join(["1"] * 900),
        " and ".join(["1<2"] * 220),
        "ema(" * 300 + "close" + ", 5)" * 300,
        "macd(1,1,1," * 80 + "close" + ").line" * 80,
        "where(1<2," * 90 + "1" + ",2)" * 90,
        "a." * 999 + "b",
        "ema(close," + "length=5," * 200 + ")",
        "ema(" + "close," * 300 + ")",
        '"' + "x" * 1990 + '"',
        'on("' + "d" * 1900 + '", close)',
        "x" * 2000,
        "close > open " * 150,
        "close\n" * 300,
        "\t" * 2000,
        "é" * 2000,
        "9" * 5000,
    ],
    ids=lambda text: ascii(text[:12] + text[-4:]),
)
def test_a_hostile_text_is_answered_with_little_work(text):
    calls = 0

    def tally(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(tally)
    try:
        hold_to_the_promise(text)
    finally:
        sys.setprofile(None)
    assert calls < 200_000


# ------------------------------------------------------------------------------------------ nearly right formulas

numbers = st.one_of(
    st.integers(-3, 60).map(str),
    st.sampled_from(["0.5", "1e3", ".25", "5_000", "1e999", "2 * 10", "-7", "10**10**10", "1/0", "5000", "1e-9"]),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)
names_ = st.sampled_from([*COLUMNS, "clsoe", "raw", "é", "None", "lambda"])


def called(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Calls of every word, most of them with arguments of the right kind."""

    def arguments(name: str) -> st.SearchStrategy[str]:
        kinds = {
            EXPRESSION: inner, OPERAND: inner, CONDITION: inner, NUMBER: numbers, WHOLE: st.integers(1, 30).map(str),
            TIMEFRAME: st.sampled_from(['"1h"', '"1d"', '"1w"', "'1m'", '"2h"', "1h"]),
        }  # fmt: skip
        word = WORDS[name]
        given_ = st.tuples(
            *(kinds[p.kind] if not p.default else st.one_of(st.just(""), kinds[p.kind]) for p in word.parameters)
        )
        fields = st.sampled_from([f".{field}" for field in word.fields] or [""])
        return st.tuples(given_, fields).map(lambda t: f"{name}({', '.join(filter(None, t[0]))}){t[1]}")

    return st.sampled_from(sorted(WORDS)).flatmap(arguments)


def combined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger formulas of smaller ones."""
    signs = st.sampled_from(
        ["+", "-", "*", "/", "**", ">", ">=", "<", "<=", "==", "!=", "and", "or", "AND", "//", "in", "&", "=", ","]
    )
    return st.one_of(
        st.tuples(inner, signs, inner).map(" ".join),
        st.tuples(inner, signs, inner).map(lambda t: f"({' '.join(t)})"),
        st.tuples(st.sampled_from(["-", "not ", "NOT ", "+", "("]), inner).map("".join),
        st.tuples(inner, st.one_of(numbers, inner)).map(lambda t: f"{t[0]}[{t[1]}]"),
        st.tuples(inner, inner, inner).map(" < ".join),
        called(inner),
    )


formulas = st.recursive(st.one_of(names_, numbers, st.sampled_from(list(COLUMNS))), combined, max_leaves=12)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A formula with a piece cut out, doubled or put in."""
    text = draw(formulas)
    a, b = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    return draw(
        st.sampled_from([text[:a] + text[b:], text[:b] + text[a:], text[:a] + draw(st.text(max_size=3)) + text[a:]])
    )


@settings(max_examples=300)
@given(formulas)
def test_a_formula_nearly_right_reads_or_is_refused(text):
    hold_to_the_promise(text)


@given(damaged())
def test_a_damaged_formula_reads_or_is_refused(text):
    hold_to_the_promise(text)


# ------------------------------------------------------------------------------------------ what reads can be computed


def small_panel() -> Panel:
    """Two symbols of forty daily bars."""
    rng = np.random.default_rng(7)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, 80)))
    spread = 1 + rng.uniform(0.001, 0.02, 80)
    session = np.tile(np.arange(19_000.0, 19_040.0), 2)
    columns = {
        "open": close / np.sqrt(spread), "high": close * spread, "low": close / spread, "close": close,
        "volume": rng.integers(0, 10**6, 80).astype(float), "session": session, "minute": np.zeros(80),
    }  # fmt: skip
    time = (session * 86_400_000_000).astype(np.int64)
    return Panel(("AAA", "BBB"), np.array([0, 40, 80]), time, columns)


@pytest.mark.soak
@settings(max_examples=2_000)
@given(formulas)
def test_whatever_reads_can_be_computed(text):
    x = hold_to_the_promise(text)
    if x is not None and "rank(" not in str(x) and "percentile(" not in str(x):
        panel = small_panel()
        try:
            (values,) = evaluate(panel.block(0, 2), x)
        except BadInput:  # bars faster than the panel's
            return
        assert values.shape == (80,)


@pytest.mark.soak
@settings(max_examples=20_000)
@given(st.one_of(formulas, damaged(), st.text(st.characters(exclude_categories=()), max_size=2_100)))
def test_no_text_ever_escapes_the_promise(text):
    hold_to_the_promise(text)
