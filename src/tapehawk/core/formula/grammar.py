"""Every kind of node that a formula may hold, and what it says: the whole of the grammar is the table at the end.

Numbers among themselves are computed at once, as Python would: `2 * 10` is 20 and may be a window.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from functools import partial, reduce
from itertools import pairwise
from typing import Any, Final

from tapehawk.core.errors import BadInput, OutOfBounds, UnknownName
from tapehawk.core.expr import COLUMNS, Expr, as_expr, column
from tapehawk.core.formula.budget import MAX_WINDOW
from tapehawk.core.formula.calls import read_call
from tapehawk.core.formula.reader import Reader, Readers, fields
from tapehawk.core.formula.vocabulary import every_name, listed, numeric

_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip
_COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip


def _constant(reader: Reader, node: ast.Constant) -> float | str:
    value = node.value
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise reader.error(node, f"{value!r} is no part of the language", "write a condition, as in close > open")
    return _finite(reader, node.col_offset, partial(float, value))


def _finite(reader: Reader, place: int, compute: Callable[[], object]) -> float:
    """Return a number computed from numbers."""
    try:
        value = compute()
    except ArithmeticError:
        value = math.nan
    if not isinstance(value, float) or not math.isfinite(value):
        raise reader.source.error(place, "this is no finite number")
    return value


def _name(reader: Reader, node: ast.Name) -> Expr:
    if node.id in COLUMNS:
        return column(node.id)
    word = listed().get(node.id)
    if word:
        raise reader.error(node, f"{node.id} is a function", f"write {word}")
    if node.id == "raw":
        raise reader.error(node, "raw stands before a column", "raw.close is the price as traded")
    with reader.pointing(node.col_offset):
        raise UnknownName("name", node.id, every_name())


def _dotted(reader: Reader, node: ast.Attribute) -> Expr:
    place = (node.end_col_offset or 0) - len(node.attr)
    if isinstance(node.value, ast.Name) and node.value.id == "raw":
        with reader.pointing(place):
            if f"raw.{node.attr}" not in COLUMNS:
                raise UnknownName("column", f"raw.{node.attr}", [name for name in COLUMNS if "." in name])
        return column(f"raw.{node.attr}")
    several = reader.value(node.value)
    with reader.pointing(place):
        if not isinstance(several, tuple):
            raise BadInput(f"there is no .{node.attr} here", hint="a dot chooses one of several values: macd().signal")
        if node.attr not in fields(several):
            raise UnknownName("value", node.attr, fields(several))
    found: Expr = getattr(several, node.attr)
    return reader.built(node.col_offset, lambda: found)


def _signed(reader: Reader, node: ast.UnaryOp) -> Expr | float:
    if isinstance(node.op, ast.Not):
        found = reader.condition(node.operand)
        return reader.built(node.col_offset, lambda: ~found)
    value = reader.operand(node.operand)
    if isinstance(value, float):
        return -value if isinstance(node.op, ast.USub) else value
    return reader.built(node.col_offset, lambda: -numeric(value) if isinstance(node.op, ast.USub) else numeric(value))


def _arithmetic(reader: Reader, node: ast.BinOp) -> Expr | float:
    place = _sign_between(reader, node.left, node.right)
    sign = _ARITHMETIC.get(type(node.op))
    if sign is None:
        raise reader.source.error(place, "this operator is no part of the language", "there are + - * / **")
    a, b = reader.operand(node.left), reader.operand(node.right)
    if isinstance(a, float) and isinstance(b, float):
        return _finite(reader, place, partial(sign, a, b))
    if sign is operator.pow:
        return reader.built(place, lambda: _power(as_expr(a), b))
    return reader.built(place, partial(sign, as_expr(a), as_expr(b)))


def _power(x: Expr, exponent: Expr | float) -> Expr:
    if isinstance(exponent, Expr) or exponent not in (1.0, 2.0, 3.0, 4.0):
        raise BadInput(
            f"{as_expr(exponent)} is no exponent", hint="an exponent is 1, 2, 3 or 4; sqrt(x) is the square root"
        )
    return numeric(x) ** int(exponent)


def _comparison(reader: Reader, node: ast.Compare) -> Expr:
    """Return a comparison; a chain 1 < x < 2 is both of its comparisons."""
    sides = [node.left, *node.comparators]
    values = [reader.expression(side) for side in sides]
    parts = []
    for sign, (left, right), (a, b) in zip(node.ops, pairwise(sides), pairwise(values), strict=True):
        place = _sign_between(reader, left, right)
        compare = _COMPARISONS.get(type(sign))
        if compare is None:
            raise reader.source.error(place, "this comparison is no part of the language", "there are < <= > >= == !=")
        parts.append(reader.built(place, partial(compare, a, b)))
    return reader.built(node.col_offset, lambda: reduce(operator.and_, parts))


def _sign_between(reader: Reader, left: ast.expr, right: ast.expr) -> int:
    """Return where the operator between two nodes stands."""
    end = left.end_col_offset or 0
    between = reader.source.code[end : right.col_offset]
    return end + len(between) - len(between.lstrip(" )"))


def _joined(reader: Reader, node: ast.BoolOp) -> Expr:
    conditions = [reader.condition(value) for value in node.values]
    join = operator.and_ if isinstance(node.op, ast.And) else operator.or_
    return reader.built(node.col_offset, lambda: reduce(join, conditions))


def _bars_ago(reader: Reader, node: ast.Subscript) -> Expr:
    x, index = reader.expression(node.value), reader.operand(node.slice)
    bars: Any = int(index) if isinstance(index, float) and index.is_integer() else index

    def ago() -> Expr:
        if isinstance(bars, int) and bars > MAX_WINDOW:
            raise OutOfBounds(f"{bars:,} bars ago is too far", hint=f"an index is 0 to {MAX_WINDOW:,}")
        found: Expr = x[bars]
        return found

    return reader.built(node.slice.col_offset, ago)


READERS: Final[Readers] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _dotted,
    ast.UnaryOp: _signed,
    ast.BinOp: _arithmetic,
    ast.Compare: _comparison,
    ast.BoolOp: _joined,
    ast.Subscript: _bars_ago,
    ast.Call: read_call,
}
