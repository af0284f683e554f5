"""An expression as text: the formula that would build it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # expressions show themselves as text
    from tapehawk.core.expr import Expr

_BINARY: Final = {"or": 1, "and": 2, ">": 4, ">=": 4, "<": 4, "<=": 4, "==": 4, "+": 5, "-": 5, "*": 6, "/": 6}
_STRENGTH: Final = {**_BINARY, "not": 3, "neg": 7}
_NAME: Final = 9  # a name or a call binds closest


def number_text(value: float | str) -> str:
    """Return the shortest text that reads back as the same number."""
    if isinstance(value, str):
        return f'"{value}"'
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def text_of(x: Expr) -> str:
    """Return the expression in the formula language, with the brackets it needs and no others."""
    if x.op in _BINARY:
        strength = _BINARY[x.op]
        return f"{_bracketed(x.args[0], strength)} {x.op} {_bracketed(x.args[1], strength + 1)}"
    return _FORMS.get(x.op, _call)(x)


def _call(x: Expr) -> str:
    return f"{x.op}({', '.join([*map(text_of, x.args), *map(number_text, x.params)])})"


def _negation(x: Expr) -> str:
    (inner,) = x.args
    if inner.op == "==":
        return f"{_bracketed(inner.args[0], 5)} != {_bracketed(inner.args[1], 5)}"
    return f"not {_bracketed(inner, 3)}"


_FORMS: Final[Mapping[str, Callable[[Expr], str]]] = {
    "column": lambda x: str(x.params[0]),
    "number": lambda x: number_text(x.params[0]),
    "delay": lambda x: f"{_bracketed(x.args[0], 8)}[{number_text(x.params[0])}]",
    "neg": lambda x: f"-{_bracketed(x.args[0], 7)}",
    "not": _negation,
    "on": lambda x: f'on("{x.params[0]}", {x.args[0]})',
    "rank": lambda x: f"{x.params[0]}({x.args[0]})",
}


def _bracketed(x: Expr, strength: int) -> str:
    """Return the text of an operand, in brackets where it binds less than `strength`."""
    own = 4 if x.op == "not" and x.args[0].op == "==" else _STRENGTH.get(x.op, _NAME)
    return f"({text_of(x)})" if own < strength else text_of(x)
