"""Formulas: the language of scans as text, for the command line, the API and the browser.

    close > highest(high, 20)[1] and rvol(20) > 2
    cross_up(ema(close, 9), ema(close, 20)) and on("1h", close > ema(close, 20))

A formula is Python's own grammar, parsed and never evaluated: `ast.parse` gives a tree, and each kind of node has one
reader (`grammar`, `calls`) that builds an expression from it. A node without a reader is refused, so there is nothing
to escape from. On the way the text is checked (`spelling`), the tree measured, names and arguments looked up
(`vocabulary`), and every expression that results charged (`budget`). What an expression prints as reads back as that
same expression.

Whatever is wrong is a FormulaError with the column of the mistake; an error that an expression itself raised
(LookAhead, MixedBasis, OutOfBounds) is its `__cause__`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tapehawk.core.errors import FormulaError
from tapehawk.core.expr import Expr
from tapehawk.core.formula.budget import MAX_DEPTH, Budget
from tapehawk.core.formula.grammar import READERS
from tapehawk.core.formula.reader import Noting, Reader
from tapehawk.core.formula.spelling import Source, read_source
from tapehawk.core.formula.vocabulary import Parameter, Word, names

__all__ = ["Description", "Parameter", "Used", "Word", "describe", "names", "parse", "parse_condition", "parse_noting"]

MAX_NODES: Final = 500


@dataclass(frozen=True)
class Description:
    """What an expression is: its text, "number" or "mask", the columns it reads, its cost and state (see `budget`)."""

    text: str
    kind: str
    columns: tuple[str, ...]
    cost: int
    state: int


@dataclass(frozen=True)
class Used:
    """A name of a formula: where it stands (columns from 0) and what it gives, as "number", "mask" or "several"."""

    name: str
    places: tuple[int, ...]
    gives: str


def parse(text: str) -> Expr:
    """Return the number or condition that a formula says; raises FormulaError."""
    reader = Reader(read_source(text), READERS)
    return _read(reader.source, reader.expression)


def parse_condition(text: str) -> Expr:
    """Return the condition that a formula says; raises FormulaError, also for one that says a number."""
    reader = Reader(read_source(text), READERS)
    return _read(reader.source, reader.condition)


def parse_noting(text: str) -> tuple[Expr, tuple[Used, ...]]:
    """Return what a formula says, and the columns and functions that it names, in their order. Raises FormulaError."""
    reader = Noting(read_source(text), READERS)
    found = _read(reader.source, reader.expression)
    places: dict[tuple[str, str], list[int]] = {}
    for name, place, gives in sorted(reader.noted, key=lambda one: one[1]):
        places.setdefault((name, gives), []).append(reader.source.start + place)
    return found, tuple(Used(name, tuple(at), gives) for (name, gives), at in places.items())


def describe(x: Expr) -> Description:
    """Return what an expression is; raises BadInput for one that is over the limits of formulas."""
    budget = Budget()
    budget.spend(x)
    columns = sorted(str(node.params[0]) for node in budget.nodes() if node.op == "column")
    return Description(str(x), x.kind, tuple(columns), round(budget.cost), budget.state)


def _read(source: Source, read: Callable[[ast.expr], Expr]) -> Expr:
    try:
        return read(_tree(source))
    except RecursionError as error:  # the caller's own stack was nearly full
        raise source.error(0, "the formula is nested too deeply") from error


def _tree(source: Source) -> ast.expr:
    """Return Python's tree of the formula, of bounded size and depth."""
    try:
        tree = ast.parse(source.code, mode="eval").body
    except SyntaxError as error:
        raise _unreadable(source, error) from error
    except (MemoryError, ValueError) as error:
        raise source.error(0, "the formula can't be read: it is nested too deeply, or a number is too long") from error
    nodes, todo = 0, [(tree, 1)]
    while todo:
        node, depth = todo.pop()
        nodes += 1
        if nodes > MAX_NODES:
            raise source.error(node.col_offset, f"the formula has more than {MAX_NODES:,} names, numbers and operators")
        if depth > MAX_DEPTH:
            raise source.error(node.col_offset, f"the formula is nested more than {MAX_DEPTH} deep")
        inside = (c.value if isinstance(c, ast.keyword) else c for c in ast.iter_child_nodes(node))
        todo.extend((child, depth + 1) for child in inside if isinstance(child, ast.expr))
    return tree


def _unreadable(source: Source, error: SyntaxError) -> FormulaError:
    place = (error.offset or len(source.code) + 1) - 1
    if source.code[place : place + 1] == "=":
        return source.error(place, "a single = sets a parameter, as in rsi(length=14)", "to compare, write ==")
    if place >= len(source.code):
        return source.error(place, "the formula ends too early")
    if error.msg.startswith("invalid syntax"):
        return source.error(place, "this can't be read here", "is an operator, a comma or a bracket missing before it?")
    return source.error(place, f"this can't be read: {error.msg}")
