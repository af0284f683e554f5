"""An expression as text: the formula that builds it, in the words that people write (`words.py`).

What has no word of its own is said in the names of kernels, which read back too. `daily`, `opens_at` and `closes_at`,
which scanners written in Python may use, are in no formula, nor are the names that `named` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # expressions show themselves as text
    from tapehawk.core.expr import Expr

_BINARY: Final = {"or": 1, "and": 2, ">": 4, ">=": 4, "<": 4, "<=": 4, "==": 4, "+": 5, "-": 5, "*": 6, "/": 6}
_NOT, _COMPARED, _NEGATED, _INDEXED, _NAME = 3, 4, 7, 8, 9  # a name or a call binds closest


def number_text(value: float | str) -> str:
    """Return the shortest text that reads back as the same number."""
    if isinstance(value, str):
        return f'"{value}"'
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def text_of(x: Expr, written: Mapping[Expr, Expr] | None = None) -> str:
    """Return the expression in the formula language, with the brackets it needs and no others.

    `written`: for what has become another expression on some bars, how it was written.
    """
    from tapehawk.core.words import said

    return _Speech(said, written or {}).text(x)


def spelled_out(x: Expr) -> str:
    """Return the expression without the words that stand for several operations."""
    return _Speech(lambda _, __: None, {}).text(x)


class _Speech:
    """Says expressions; `said` gives the word for one, if there is any, and asks back for its arguments."""

    def __init__(self, said: Callable[[Expr, Callable[[Expr], str]], str | None], written: Mapping[Expr, Expr]) -> None:
        self._said, self._written = said, written

    def text(self, x: Expr) -> str:
        """Return an expression's text."""
        return self.spoken(x)[0]

    def spoken(self, x: Expr) -> tuple[str, int]:
        """Return the text and how strongly it binds."""
        x = self._written.get(x, x)
        word = self._said(x, self.text) if x.args else None
        if word is not None:
            return word, _NAME
        if x.op in _BINARY:
            strength = _BINARY[x.op]
            return f"{self.within(x.args[0], strength)} {x.op} {self.within(x.args[1], strength + 1)}", strength
        return _FORMS.get(x.op, _call)(self, x)

    def within(self, x: Expr, strength: int) -> str:
        """Return the text of an operand, in brackets where it binds less than `strength`."""
        text, own = self.spoken(x)
        return f"({text})" if own < strength else text


def _call(speech: _Speech, x: Expr) -> tuple[str, int]:
    return f"{x.op}({', '.join([*map(speech.text, x.args), *map(number_text, x.params)])})", _NAME


def _negation(speech: _Speech, x: Expr) -> tuple[str, int]:
    (inner,) = x.args
    if inner.op != "==":
        return f"not {speech.within(inner, _NOT)}", _NOT
    left, right = inner.args
    if left.op == "delay" and left.args[0].op == "number_of" and right.op == "number" and right.params == (0.0,):
        return f"{speech.within(left.args[0].args[0], _INDEXED)}[{number_text(left.params[0])}]", _NAME
    return f"{speech.within(left, _COMPARED + 1)} != {speech.within(right, _COMPARED + 1)}", _COMPARED


_FORMS: Final[Mapping[str, Callable[[_Speech, Expr], tuple[str, int]]]] = {
    "column": lambda _, x: (str(x.params[0]), _NAME),
    "number": lambda _, x: (number_text(x.params[0]), _NAME),
    "delay": lambda speech, x: (f"{speech.within(x.args[0], _INDEXED)}[{number_text(x.params[0])}]", _NAME),
    "neg": lambda speech, x: (f"-{speech.within(x.args[0], _NEGATED)}", _NEGATED),
    "not": _negation,
    "named": lambda _, x: (str(x.params[0]), _NAME),
    "on": lambda speech, x: (f'on("{x.params[0]}", {speech.text(x.args[0])})', _NAME),
    "rank": lambda speech, x: (f"{x.params[0]}({speech.text(x.args[0])})", _NAME),
}
