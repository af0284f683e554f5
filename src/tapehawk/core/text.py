"""An expression as text: the formula that would build it."""

from __future__ import annotations

from tapehawk.core.expr import Expr

_STRENGTH = {
    "or": 1,
    "and": 2,
    "not": 3,
    ">": 4,
    ">=": 4,
    "<": 4,
    "<=": 4,
    "==": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "/": 6,
    "neg": 7,
}


def number_text(value: float | str) -> str:
    """Return the shortest text that reads back as the same number."""
    if isinstance(value, str):
        return f'"{value}"'
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def text_of(x: Expr) -> str:
    """Return the expression in the formula language, with the brackets it needs and no others."""
    if x.op == "column":
        return str(x.params[0])
    if x.op == "number":
        return number_text(x.params[0])
    if x.op == "delay":
        return f"{_bracketed(x.args[0], 8)}[{number_text(x.params[0])}]"
    if x.op == "neg":
        return f"-{_bracketed(x.args[0], 7)}"
    if x.op == "not":
        return _negation(x.args[0])
    if x.op in _STRENGTH:
        strength = _STRENGTH[x.op]
        return f"{_bracketed(x.args[0], strength)} {x.op} {_bracketed(x.args[1], strength + 1)}"
    return _call(x)


def _negation(x: Expr) -> str:
    if x.op == "==":
        return f"{_bracketed(x.args[0], 5)} != {_bracketed(x.args[1], 5)}"
    return f"not {_bracketed(x, 3)}"


def _call(x: Expr) -> str:
    if x.op == "on":
        return f'on("{x.params[0]}", {x.args[0]})'
    name = str(x.params[0]) if x.op == "rank" else x.op
    params = () if x.op == "rank" else x.params
    return f"{name}({', '.join([*map(text_of, x.args), *map(number_text, params)])})"


def _bracketed(x: Expr, strength: int) -> str:
    text = text_of(x)
    loose = _STRENGTH.get(x.op, 9) < strength and not (x.op == "not" and x.args[0].op == "==" and strength <= 4)
    return f"({text})" if loose else text
