"""What every reader of a formula's nodes needs: values of the right kind, the budget, and errors that point."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, cast

from tapehawk.core.errors import BadInput, FormulaError
from tapehawk.core.expr import MASK, Expr, as_expr
from tapehawk.core.formula.budget import Budget
from tapehawk.core.formula.spelling import Source

Several = tuple[Expr, ...]
Value = Expr | float | str | Several
Readers = Mapping[type[ast.expr], Callable[["Reader", Any], Value]]

_REFUSED: Mapping[type[ast.expr], tuple[str, str]] = {
    ast.IfExp: ("if … else …", "write where(condition, then, otherwise)"),
    ast.Lambda: ("a function of one's own", ""),
    ast.Tuple: ("a list with commas", "join conditions with and, or, not"),
    ast.List: ("a list", "brackets [ ] say how many bars ago: close[1]"),
    ast.Starred: ("a star before an argument", "write each argument"),
}


class Reader:
    """Builds expressions from the nodes of one formula, by the reader that each kind of node has."""

    def __init__(self, source: Source, readers: Readers) -> None:
        self.source, self._readers, self._budget = source, readers, Budget()

    def value(self, node: ast.expr) -> Value:
        """Return what a node says: an expression, a number, a text in quotes, or several named expressions."""
        read = self._readers.get(type(node))
        if read is None:
            what, hint = _REFUSED.get(type(node), (f"this ({type(node).__name__})", ""))
            raise self.error(node, f"{what} is no part of the language", hint)
        return read(self, node)

    def operand(self, node: ast.expr) -> Expr | float:
        """Return an expression or a number; refuses text and several values."""
        value = self.value(node)
        if isinstance(value, str):
            raise self.error(node, "text in quotes is only for a timeframe", 'as in on("1h", close)')
        if isinstance(value, tuple):
            choice = ", ".join(f".{name}" for name in fields(value))
            raise self.error(
                node, f"this has several values: choose one of {choice}", "as in macd(12, 26, 9).histogram"
            )
        if isinstance(value, Expr) and value.op == "number":
            return float(value.params[0])
        return value

    def expression(self, node: ast.expr) -> Expr:
        """Return an expression; a number is one too."""
        return as_expr(self.operand(node))

    def condition(self, node: ast.expr) -> Expr:
        """Return an expression that is true, false or unknown at each bar."""
        found = self.expression(node)
        if found.kind != MASK:
            raise self.error(node, f"{found} is a number, and here a condition is needed", "compare it with something")
        return found

    def error(self, node: ast.expr | ast.keyword, message: str, hint: str = "") -> FormulaError:
        """Return an error that points at a node."""
        return self.source.error(node.col_offset, message, hint)

    @contextmanager
    def pointing(self, place: int) -> Iterator[None]:
        """Point at a place with whatever error is raised meanwhile about the question."""
        try:
            yield
        except FormulaError:
            raise
        except BadInput as error:
            raise self.source.error(place, error.message, error.hint) from error

    def built(self, place: int, build: Callable[[], Expr]) -> Expr:
        """Return what `build` builds, charged to the budget; errors point at the place."""
        with self.pointing(place):
            found = build()
            self._budget.spend(found)
            return found


class Noting(Reader):
    """Notes which names stand where, and what they give."""

    def __init__(self, source: Source, readers: Readers) -> None:
        super().__init__(source, readers)
        self.noted: list[tuple[str, int, str]] = []

    def value(self, node: ast.expr) -> Value:
        """Return what a node says, as every reader does."""
        found = super().value(node)
        name = _named(node)
        if name:
            self.noted.append((name, node.col_offset, found.kind if isinstance(found, Expr) else "several"))
        return found


def _named(node: ast.expr) -> str:
    """Return the name of a column or function that a node is, "" where it is something else."""
    if isinstance(node, ast.Attribute):
        return f"raw.{node.attr}" if isinstance(node.value, ast.Name) and node.value.id == "raw" else ""
    named = node.func if isinstance(node, ast.Call) else node
    return named.id if isinstance(named, ast.Name) else ""


def fields(several: Several) -> tuple[str, ...]:
    """Return the names of several values."""
    return cast("tuple[str, ...]", cast("Any", several)._fields)
