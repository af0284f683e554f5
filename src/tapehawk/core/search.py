"""Looking for setups in a panel: the one way from conditions to hits, in three passes over blocks.

    universe     which asked bars of which symbols are looked at; symbols left with none are dropped
    conditions   each setup's, in the order declared, met with what is left (the running AND)
    columns      what is shown, for the symbols that hit

The funnel counts after every condition how many bars go on and how many fell because the condition was unknown. Only
work that can not change an answer is skipped: symbols outside the universe, columns nobody sees. Blocks are
independent, so threads share them (kernels release the interpreter lock) and results do not depend on how; ranks
across the universe are made beforehand (`ranks.py`).
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
from tapehawk.core.panel import Block, Flags, Floats, Mask, Panel
from tapehawk.core.ranks import ranks_of
from tapehawk.core.script import LEFT, Known, Order, Show, Step, met
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
            found += _Search(panel, group, given, workers, everywhere).run(select)
    return found


class _Workers:
    """Threads over blocks; each keeps its memory from block to block."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def over(
        self, blocks: Iterable[Block], script: Sequence[Order], given: Given, work: Callable[[Block, Evaluation], T]
    ) -> list[T]:
        """Return what `work` answers for each block, in order, from the script's evaluation of it."""
        own = local()
        made = Workspace.of(script, given)  # compiles what it calls before several threads would do so at once

        def one(block: Block) -> T:
            if not hasattr(own, "space"):
                own.space = Workspace(made.plan, script)
            return work(block, Evaluation(own.space, block, given=given))

        return list(self._pool.map(one, blocks) if self._pool else map(one, blocks))


class _Entered(NamedTuple):
    """What the universe left: its steps, which symbols go on, and how many had a bar that was asked for."""

    steps: list[Step]
    alive: Flags
    symbols: int


@dataclass(eq=False)
class _Search:
    """The three passes for one group of watches."""

    panel: Panel
    group: Group
    given: Given
    workers: _Workers
    everywhere: bool

    def run(self, select: Select) -> list[Found]:
        left = np.empty(self.panel.n_bars, dtype=np.uint8)
        entered = self._universe(select, left)
        blocks = self.panel.blocks() if self.everywhere else self.panel.blocks_of(entered.alive)
        found = self._conditions(blocks, left, entered)
        if not self.everywhere:
            self._columns(found)
        return found

    def _universe(self, select: Select, left: Mask) -> _Entered:
        """Mark in `left` the bars that are looked at; count them, and list the symbols that have any."""
        names = list(self.group.universe)

        def work(block: Block, run: Evaluation) -> tuple[list[Step], Flags, int]:
            running = block.of(left)
            running[:] = select(block)
            bars, asked = int(np.count_nonzero(running)), block.any_per_symbol(running == TRUE)
            steps = run.sift(running).steps(names) if bars else list(map(Step, names))
            return [Step("bars", bars), *steps], block.any_per_symbol(running == TRUE), int(np.count_nonzero(asked))

        script = list(met(self.group.universe.values(), LEFT, LEFT))
        parts = self.workers.over(self.panel.blocks(), script, self.given, work)
        alive = np.concatenate([part[1] for part in parts])
        return _Entered(added(part[0] for part in parts), alive, sum(part[2] for part in parts))

    def _conditions(self, blocks: Iterable[Block], left: Mask, entered: _Entered) -> list[Found]:
        """Meet every setup's conditions with what is left of the universe."""

        def work(block: Block, run: Evaluation) -> list[Found]:
            sifted = run.sift(block.of(left))
            return [part.read(block, sifted, columns=self.everywhere) for part in self.group.parts]

        script = list(self.group.script(columns=self.everywhere))
        parts = self.workers.over(blocks, script, self.given, work) or [[part.nothing() for part in self.group.parts]]
        return [joined(several, entered.steps, entered.symbols) for several in zip(*parts, strict=True)]

    def _columns(self, found: list[Found]) -> None:
        """Fill in what is shown; each expression is computed once, for the symbols in which any setup hit."""
        bars = [one.bar for one in found]
        hit = np.zeros(len(self.panel.symbols), dtype=bool)
        for one in found:
            hit[one.symbol] = True
        shown: dict[Expr, list[tuple[int, str]]] = {}
        for number, part in enumerate(self.group.parts):
            for name, x in part.shown.items():
                shown.setdefault(x, []).append((number, name))
        places = [place for several in shown.values() for place in several]

        values = [np.empty(bars[number].size) for number, _ in places]

        def work(_: Block, run: Evaluation) -> None:
            run.show(bars, values)

        script: list[Order] = [Known(number) for number in range(len(found))]
        script += [Show(x, number) for x, several in shown.items() for number, _ in several]
        self.workers.over(self.panel.blocks_of(hit), script, self.given, work)
        column = dict(zip(places, values, strict=True))
        for number, (one, part) in enumerate(zip(found, self.group.parts, strict=True)):
            one.columns = {name: column[number, name] for name in part.shown}
