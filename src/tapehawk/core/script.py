"""What is done with a plan's roots while it runs over a block: conditions met, hits listed, values shown of them.

    Meet(x, before, after)   AND condition x into a row of flags, and count what passed it and what fell as unknown
    Find(row, hits)          list the bars that are still true there
    Known(hits)              the bars are listed beforehand
    Show(x, hits)            take x at those bars

A script is read in the order it is written, both by the machine that runs it and by whoever reads what came of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from tapehawk.core.expr import Expr
from tapehawk.core.kernels.machine import LEFT
from tapehawk.core.panel import Floats, Ints

__all__ = ["LEFT", "Find", "Known", "Meet", "Order", "Show", "Sifted", "Step", "met", "roots"]


class Meet(NamedTuple):
    """AND a condition into row `before`, into row `after`; LEFT is the row that is handed in and changed."""

    x: Expr
    before: int
    after: int


class Find(NamedTuple):
    """List the bars that are true in a row as `hits`."""

    row: int
    hits: int


class Known(NamedTuple):
    """Take the bars that were handed in as `hits`."""

    hits: int


class Show(NamedTuple):
    """Take an expression's values at the bars of `hits`, which were found or known before."""

    x: Expr
    hits: int


Order: TypeAlias = Meet | Find | Known | Show


def met(conditions: Iterable[Expr], before: int, after: int) -> Iterator[Meet]:
    """Meet conditions one after another: the first with `before`, the others with what is left in `after`."""
    for x in conditions:
        yield Meet(x, before, after)
        before = after


class Step(NamedTuple):
    """One condition of a funnel: how many bars passed it, and how many of the rest were unknown, not false."""

    name: str
    passed: int = 0
    unknown: int = 0


class Sifted:
    """What came of a script on one block, to be read in the script's order."""

    def __init__(self, counts: Ints, hits: Iterable[Ints], shown: Iterable[Floats]) -> None:
        self._counts, self._hits, self._shown = iter(counts.tolist()), iter(hits), iter(shown)

    def steps(self, names: Collection[str]) -> list[Step]:
        """Return what the next conditions let pass."""
        return [Step(name, *next(self._counts)) for name in names]

    def hits(self) -> Ints:
        """Return the next list of bars that were found, as places in the panel."""
        return next(self._hits)

    def columns(self, names: Iterable[str]) -> dict[str, Floats]:
        """Return the next values shown, by name."""
        return {name: next(self._shown) for name in names}


def roots(script: Iterable[Order]) -> Iterator[Expr]:
    """Yield the expressions of a script in its order."""
    for order in script:
        if isinstance(order, Meet | Show):
            yield order.x
