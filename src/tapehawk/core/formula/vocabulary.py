"""The words of the formula language: columns, the functions of `expr` and every indicator, with what each takes.

Read from the functions themselves: a parameter's annotation says what may stand there, the docstring's first line what
the function means. A new indicator in `indicators.__all__` is a new word. Kernels are words too, so that every
expression's text can be read back, but they are not listed: they are what the listed functions are made of.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from tapehawk.core import expr, indicators
from tapehawk.core.errors import BadInput
from tapehawk.core.expr import COLUMNS, KERNELS, Expr
from tapehawk.core.formula.budget import check_numbers, settled, takes_numbers
from tapehawk.core.text import spelled_out
from tapehawk.core.timeframes import bars_a_session

EXPRESSION, OPERAND, CONDITION = "expression", "expression or number", "condition"
NUMBER, WHOLE, TIMEFRAME = "number", "whole number", "timeframe"
KERNEL_NUMBER = "kernel number"
_KINDS: Final[Mapping[object, str]] = {Expr: EXPRESSION, int: WHOLE, float: NUMBER, str: TIMEFRAME}
_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    EXPRESSION: Expr, OPERAND: (Expr, float), CONDITION: Expr, TIMEFRAME: str, KERNEL_NUMBER: (float, str),
}  # fmt: skip
Argument = Expr | float | str


@dataclass(frozen=True)
class Parameter:
    """What may stand at one place of a call.

    `kind`: "expression" or "condition" (a value for each bar), "number" or "whole number" (the same at every bar),
    "expression or number", "timeframe". `default`: what is taken where nothing is given, as text; empty where
    something must be.
    """

    name: str
    kind: str
    default: str = ""

    def __str__(self) -> str:
        return f"{self.name}={self.default}" if self.default else self.name

    def fits(self, value: Argument) -> bool:
        """Say whether this is the kind of thing that may stand here."""
        return isinstance(value, _TYPES.get(self.kind, float))


@dataclass(frozen=True)
class Word:
    """A function of the language. `fields`: its values by name where it gives several, as in `macd().histogram`."""

    name: str
    meaning: str
    parameters: tuple[Parameter, ...]
    fields: tuple[str, ...]
    build: Callable[..., Any]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.parameters))})"


def names() -> tuple[Word, ...]:
    """Return the functions of the language in the order of the alphabet."""
    return tuple(sorted(listed().values(), key=lambda word: word.name))


def every_name() -> list[str]:
    """List what a name may be: the columns and the functions."""
    return [*COLUMNS, *listed()]


def find(name: str, count: int) -> Word | None:
    """Return the function of this name: a listed one, else the kernel if it takes `count` arguments."""
    word = listed().get(name)
    if word is None and name in KERNELS:
        numbers = count - KERNELS[name].inputs
        return _kernel_word(name, numbers) if numbers >= 0 and takes_numbers(name, numbers) else None
    return word


@cache
def listed() -> Mapping[str, Word]:
    """Return the functions that people are told of, by name."""
    own: dict[str, Callable[..., Any]] = {
        "abs": _absolute, "sqrt": _sqrt, "log": _log, "exp": _exp, "floor": _floor, "min": _minimum, "max": _maximum,
        "where": expr.where, "known": expr.known, "number_of": expr.number, "rank": expr.rank,
        "percentile": expr.percentile, "on": _on, "bars_a_session": _bars_a_session,
    }  # fmt: skip
    found = {name: getattr(indicators, name) for name in getattr(indicators, "__all__", ())}
    return {name: _word(name, build) for name, build in {**found, **own}.items() if inspect.isfunction(build)}


def _word(name: str, build: Callable[..., Any]) -> Word:
    hints = typing.get_type_hints(build)
    parameters = tuple(_parameter(p, hints[p.name]) for p in inspect.signature(build).parameters.values())
    meaning = (inspect.getdoc(build) or "").partition("\n")[0]
    return Word(name, meaning, parameters, getattr(hints["return"], "_fields", ()), build)


def _parameter(declared: inspect.Parameter, hint: object) -> Parameter:
    kind = CONDITION if declared.name in ("condition", "anchor") else _KINDS.get(hint, OPERAND)
    default = "" if declared.default is declared.empty else spelled_out(expr.as_expr(declared.default))
    return Parameter(declared.name, kind, default)


def _kernel_word(name: str, numbers: int) -> Word:
    """Return a kernel as a function of its inputs, then its numbers."""
    spec = KERNELS[name]
    inputs = list(inspect.signature(spec.source).parameters)[: spec.inputs]
    parameters = [Parameter(x, OPERAND) for x in inputs]
    parameters += [Parameter(f"number {i + 1}", KERNEL_NUMBER) for i in range(numbers)]
    return Word(name, inspect.getdoc(spec.source) or "", tuple(parameters), (), partial(_kernel, name))


def _kernel(name: str, *args: Argument) -> Expr:
    """Return a kernel's node; raises unless its numbers are what it takes and its prices are of one basis."""
    inputs = [x for x in args if isinstance(x, Expr)]
    numbers = tuple(number for number in args if not isinstance(number, Expr))
    check_numbers(name, numbers)
    priced = [x for x in inputs if x.op != "number_of" and x.params not in (("session",), ("minute",))]
    for x in priced[1:]:
        expr.agreeing(priced[0], x, name)
    node = expr.call(name, *inputs, params=tuple(map(settled, numbers)))
    return expr.make(name, node.args, numbers, power=node.power)


def numeric(x: Expr) -> Expr:
    """Return x if it is a number; raises BadInput for a condition."""
    return expr.agreeing(x, expr.as_expr(0.0), "")[0]


def _absolute(x: Expr | float) -> Expr:
    """Size without sign."""
    return abs(numeric(expr.as_expr(x)))


def _sqrt(x: Expr | float) -> Expr:
    """Square root; null below zero."""
    return expr.function("sqrt", x)


def _log(x: Expr | float) -> Expr:
    """Natural logarithm; null at zero and below."""
    return expr.function("log", x)


def _exp(x: Expr | float) -> Expr:
    """E to the power x; null where that is too large."""
    return expr.function("exp", x)


def _floor(x: Expr | float) -> Expr:
    """Largest whole number that is not above x."""
    return expr.function("floor", x)


def _minimum(a: Expr | float, b: Expr | float) -> Expr:
    """Lower of two values at the same bar (`lowest` is the lowest of the last n bars)."""
    return expr.function("min", a, b)


def _maximum(a: Expr | float, b: Expr | float) -> Expr:
    """Higher of two values at the same bar (`highest` is the highest of the last n bars)."""
    return expr.function("max", a, b)


def _on(timeframe: str, x: Expr) -> Expr:
    """Value on the slower timeframe's last bar that closed before this bar opened."""
    inside, seen = [x], {x}
    while inside:
        node = inside.pop()
        if node.op in ("on", "rank"):
            inner = "another on(…)" if node.op == "on" else f"a {node.params[0]}"
            raise BadInput(
                f'on("{timeframe}", …) holds {inner}', hint='write it outside, as in rank(on("1h", roc(close)))'
            )
        inside.extend(arg for arg in node.args if arg not in seen)
        seen.update(node.args)
    return expr.on(timeframe, x)


def _bars_a_session() -> Expr:
    """Number of bars a session has at the timeframe of the scan; of weekly bars a fifth (crypto: a seventh)."""
    return bars_a_session
