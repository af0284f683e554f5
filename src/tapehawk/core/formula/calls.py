"""Calls of a formula: which function is meant, and whether each argument is what its parameter takes."""

from __future__ import annotations

import ast
from typing import Any, Final, NamedTuple

from tapehawk.core.errors import BadInput, UnknownName
from tapehawk.core.expr import COLUMNS, MASK, Expr, as_expr
from tapehawk.core.formula.reader import Reader, Several
from tapehawk.core.formula.vocabulary import (
    CONDITION,
    EXPRESSION,
    OPERAND,
    TIMEFRAME,
    WHOLE,
    Argument,
    Parameter,
    Word,
    every_name,
    find,
)
from tapehawk.core.slower import ORDER

_NUMBER: Final = "a number that is known when the formula is written"
_NEEDED: Final = {
    TIMEFRAME: 'a timeframe in quotes, as in "1h",',
    EXPRESSION: "an expression that changes from bar to bar",
    OPERAND: "an expression or a number",
    CONDITION: "a condition",
}


class _Given(NamedTuple):
    """An argument: where it stands and what it says."""

    place: int
    value: Argument


def read_call(reader: Reader, node: ast.Call) -> Expr | Several:
    """Return what a function gives for its arguments: an expression, or several with names."""
    if not isinstance(node.func, ast.Name):
        raise reader.error(node.func, "only a function can be called", "as in ema(close, 20)")
    place = node.func.col_offset
    given = [_given(reader, arg) for arg in node.args]
    named = _named(reader, node)
    word = _known(reader, node.func, len(given))
    positional, rest = _bound(reader, word, place, given, named)
    with reader.pointing(place):
        result = word.build(*positional, **rest)
    return result if isinstance(result, tuple) else reader.built(place, lambda: result)


def _given(reader: Reader, node: ast.expr) -> _Given:
    quoted = isinstance(node, ast.Constant) and isinstance(node.value, str)
    value: Any = reader.value(node) if quoted else reader.operand(node)
    return _Given(node.col_offset, value)


def _named(reader: Reader, node: ast.Call) -> dict[str, _Given]:
    named: dict[str, _Given] = {}
    for keyword in node.keywords:
        if keyword.arg is None:
            raise reader.error(keyword, "a star before an argument is no part of the language", "write each argument")
        if keyword.arg in named:
            raise reader.error(keyword, f"{keyword.arg} is given twice")
        named[keyword.arg] = _given(reader, keyword.value)
    return named


def _known(reader: Reader, name: ast.Name, arguments: int) -> Word:
    """Return the function of a name. Raises FormulaError where there is none."""
    word = find(name.id, arguments)
    if word is not None:
        return word
    if name.id in COLUMNS:
        raise reader.error(name, f"{name.id} is a column, not a function", f"{name.id}[5] is its value 5 bars ago")
    with reader.pointing(name.col_offset):
        raise UnknownName("name", name.id, every_name())


def _bound(
    reader: Reader, word: Word, place: int, given: list[_Given], named: dict[str, _Given]
) -> tuple[list[Argument], dict[str, Argument]]:
    """Return the arguments as the function takes them, by place and by name."""
    parameters = {parameter.name: parameter for parameter in word.parameters}
    if len(given) > len(parameters):
        raise reader.source.error(given[len(parameters)].place, f"too many arguments: {word} takes {len(parameters)}")
    taken = dict(zip(parameters, given, strict=False))
    for name, argument in named.items():
        with reader.pointing(argument.place):
            if name in taken:
                raise BadInput(f"{name} is given twice", hint=str(word))
            if name not in parameters:
                raise UnknownName("parameter", name, parameters)
    missing = [p.name for p in word.parameters if not p.default and p.name not in taken and p.name not in named]
    if missing:
        raise reader.source.error(place, f"{word.name} needs {' and '.join(missing)}", f"write {word}")
    fit = {name: _fitting(reader, word, parameters[name], argument) for name, argument in (taken | named).items()}
    return [fit.pop(name) for name in taken], fit


def _fitting(reader: Reader, word: Word, parameter: Parameter, argument: _Given) -> Argument:
    """Return the argument as what the parameter takes; raises at its place."""
    kind, (place, value) = parameter.kind, argument
    with reader.pointing(place):
        if not parameter.fits(value):
            raise BadInput(f"{parameter.name}: {_NEEDED.get(kind, _NUMBER)} is needed here", hint=f"write {word}")
        if kind == TIMEFRAME and value not in ORDER:
            raise UnknownName("timeframe", str(value), ORDER)
        if kind == WHOLE:
            return _whole(parameter, value)
        if kind == CONDITION:
            return _condition(as_expr(value))
    return as_expr(value) if kind == OPERAND else value


def _whole(parameter: Parameter, value: Argument) -> int:
    if not isinstance(value, float) or not value.is_integer():
        raise BadInput(f"{parameter.name} = {value:g}: a whole number is needed", hint=f"{parameter.name} counts bars")
    return int(value)


def _condition(x: Expr) -> Expr:
    if x.kind != MASK:
        raise BadInput(f"{x} is a number, and here a condition is needed", hint="compare it with something")
    return x
