"""A condition taken apart: what it joins with `and` and `or`, and both sides of each part that compares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tapehawk.core.expr import MASK, Expr, on
from tapehawk.core.watch import Group

_TURNED: Final = {">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!="}


def kept_of(group: Group) -> Iterator[Expr]:
    """Yield the parts of the conditions, and both sides of those that compare."""
    conditions = [*group.universe.values(), *(x for part in group.parts for x in part.setup.when.values())]
    for part in (part for condition in conditions for part in parts_of(condition)):
        yield part
        _, sides = sides_of(part)
        yield from sides


def parts_of(condition: Expr) -> Iterator[Expr]:
    """Yield what a condition joins with `and` and `or`, itself if it joins nothing.

    `on("1d", a and b)` joins `on("1d", a)` and `on("1d", b)`.
    """
    _, inside = joined_by(condition)
    if not inside:
        yield condition
    for part in inside:
        yield from parts_of(part)


def joined_by(condition: Expr) -> tuple[str, tuple[Expr, ...]]:
    """Return "and" or "or" and what a condition joins with it; "" and nothing where it joins nothing."""
    if condition.op in ("and", "or"):
        return condition.op, condition.args
    if condition.op == "on" and condition.kind == MASK:
        operator, inside = joined_by(condition.args[0])
        return operator, tuple(_on(condition, part) for part in inside)
    return "", ()


def sides_of(part: Expr) -> tuple[str, tuple[Expr, ...]]:
    """Return the operator and both sides of the comparison that a part is; "" and nothing where it is none.

    The sides of a comparison on slower bars are values of those bars.
    """
    if part.op == "on" and part.kind == MASK:
        operator, sides = sides_of(part.args[0])
        return operator, tuple(_on(part, side) for side in sides)
    if part.op == "not" and part.args[0].op in _TURNED:
        return _TURNED[part.args[0].op], part.args[0].args
    return (part.op, part.args) if part.op in _TURNED else ("", ())


def _on(slower: Expr, x: Expr) -> Expr:
    """Return x on the bars that another expression is on."""
    return x if x.op == "number" else on(str(slower.params[0]), x)
