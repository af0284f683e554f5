"""Looking for setups in a panel: the one way from conditions to hits, block after block in three steps.

    universe     which asked bars of which symbols are looked at; symbols left with none are dropped
    conditions   each setup's, in the order declared, met with what is left (the running AND)
    columns      what is shown, for the symbols that hit

The funnel counts after every condition how many bars go on and how many fell because the condition was unknown. Only
work that can not change an answer is skipped: symbols outside the universe, columns nobody sees. Blocks are
independent, so threads share them (kernels release the interpreter lock) and nobody waits for anybody before the end;
results do not depend on how. Ranks across the universe are made beforehand (`ranks.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import local
from types import TracebackType
from typing import NamedTuple, Self, TypeAlias, TypeVar

import numpy as np

from tapehawk.core.evaluate import Evaluation
from tapehawk.core.expr import Expr
from tapehawk.core.kernels.elementwise import TRUE
from tapehawk.core.panel import Block, Floats, Mask, Panel
from tapehawk.core.plan import Plan, plan
from tapehawk.core.ranks import ranks_of
from tapehawk.core.script import LEFT, Known, Order, Show, Step, met, roots
from tapehawk.core.watch import Found, Group, Watch, added, groups_of, joined
from tapehawk.core.workspace import Workspace

__all__ = ["Found", "Select", "Step", "Watch", "find"]

Select = Callable[[Block], Mask]
Given: TypeAlias = Mapping[Expr, Floats]
T = TypeVar("T")


def find(
    panel: Panel, watches: Iterable[Watch], select: Select, *, threads: int = 2, everywhere: bool = False
) -> list[Found]:
    """Return what every setup of the watches found among the bars that `select` marks with 2.

    `everywhere`: compute every condition and column on every bar, skip nothing (the same answer, for tests and
    benchmarks).
    """
    found: list[Found] = []
    with _Workers(threads) as workers:
        for group in groups_of(panel, watches):
            given = ranks_of(panel, group.roots(), group.universe)
            search = _Search.of(group, given, select, everywhere=everywhere)
            found += search.whole(workers.over(panel.blocks(), search.block))
    return found


class _Workers:
    """Threads over blocks; in the order of the blocks."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def over(self, blocks: Iterable[Block], work: Callable[[Block], T]) -> list[T]:
        """Return what `work` answers for each block."""
        return list(self._pool.map(work, blocks) if self._pool else map(work, blocks))


class _Seen(NamedTuple):
    """What a block came to: the universe's steps, how many symbols had a bar that was asked for, each setup's find."""

    steps: list[Step]
    symbols: int
    found: list[Found]


class _Spaces(local):
    """A thread's own memory for the three scripts, kept from block to block; made again in each thread."""

    def __init__(self, plans: Sequence[tuple[Plan, Sequence[Order]]]) -> None:
        super().__init__()
        self.universe, self.conditions, self.columns = (Workspace(made, script) for made, script in plans)


@dataclass(frozen=True, eq=False)
class _Search:
    """One group of watches, looked for in blocks of a panel."""

    group: Group
    given: Given
    select: Select
    everywhere: bool
    shown: Mapping[Expr, list[tuple[int, str]]]
    spaces: _Spaces

    @classmethod
    def of(cls, group: Group, given: Given, select: Select, *, everywhere: bool) -> Self:
        """Plan the search; an expression that several setups show is computed once."""
        shown: dict[Expr, list[tuple[int, str]]] = {}
        for number, part in enumerate(group.parts):
            for name, x in part.shown.items():
                shown.setdefault(x, []).append((number, name))
        columns: list[Order] = [Known(number) for number in range(len(group.parts))]
        columns += [Show(x, number) for x, places in shown.items() for number, _ in places]
        universe: list[Order] = [*met(group.universe.values(), LEFT, LEFT)]
        scripts = (universe, [*group.script(columns=everywhere)], columns)
        spaces = _Spaces([(plan(roots(script), given), script) for script in scripts])
        return cls(group, given, select, everywhere, shown, spaces)

    def block(self, block: Block) -> _Seen:
        """Search one block."""
        running = np.array(self.select(block))
        bars, asked = int(np.count_nonzero(running)), block.any_per_symbol(running == TRUE)
        if not bars and not self.everywhere:
            return self._skipped()
        sifted = self._run(self.spaces.universe, block).sift(running)
        steps = [Step("bars", bars), *sifted.steps(self.group.universe)]
        return _Seen(steps, int(np.count_nonzero(asked)), self._among(block, running))

    def whole(self, seen: Sequence[_Seen]) -> list[Found]:
        """Return each setup's find in all the blocks."""
        seen = seen or [self._skipped()]
        steps, symbols = added(one.steps for one in seen), sum(one.symbols for one in seen)
        return [joined(several, steps, symbols) for several in zip(*(one.found for one in seen), strict=True)]

    def _among(self, block: Block, left: Mask) -> list[Found]:
        """Meet every setup's conditions with what the universe left, and fill in what is shown of the hits."""
        alive = block.any_per_symbol(left == TRUE)
        if not self.everywhere:
            if not alive.any():
                return self._nothing()
            block = block.of_symbols(alive)
        sifted = self._run(self.spaces.conditions, block).sift(left)
        found = [part.read(block, sifted, columns=self.everywhere) for part in self.group.parts]
        if not self.everywhere:
            self._show(block, found)
        return found

    def _show(self, block: Block, found: list[Found]) -> None:
        """Fill in what is shown, computed for the symbols in which any setup hit."""
        hit = np.zeros(block.last - block.first, dtype=bool)
        for one, part in zip(found, self.group.parts, strict=True):
            hit[one.symbol - block.first] = True
            one.columns = {name: np.empty(one.bar.size) for name in part.shown}
        if hit.any():
            into = [found[number].columns[name] for places in self.shown.values() for number, name in places]
            self._run(self.spaces.columns, block.of_symbols(hit)).show([one.bar for one in found], into)

    def _run(self, space: Workspace, block: Block) -> Evaluation:
        return Evaluation(space, block, given=self.given)

    def _skipped(self) -> _Seen:
        return _Seen([Step("bars"), *map(Step, self.group.universe)], 0, self._nothing())

    def _nothing(self) -> list[Found]:
        return [part.nothing() for part in self.group.parts]
