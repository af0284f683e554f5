"""Looking for setups in a panel: the one way from conditions to hits, in three passes over blocks.

    universe     which asked bars of which symbols are looked at; symbols left with none are dropped
    conditions   each setup's, in the order declared, met with what is left (the running AND)
    columns      what is shown, for the symbols that hit

The funnel counts after every condition how many bars go on and how many fell because the condition was unknown. Only work
that can not change an answer is skipped: symbols outside the universe, a setup's conditions once nothing is left in the
block. Blocks are independent, so threads share them (kernels release the interpreter lock) and results do not depend on
how; ranks across the universe are made beforehand (`ranks.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import local
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tapehawk.core.evaluate import Evaluation, Workspace
from tapehawk.core.expr import Expr
from tapehawk.core.kernels.elementwise import TRUE, compiled_meet
from tapehawk.core.panel import Block, Floats, Ints, Panel
from tapehawk.core.plan import Plan, plan
from tapehawk.core.ranks import ranks_of
from tapehawk.core.scanner import Setup
from tapehawk.core.timeframes import for_bars

Mask = npt.NDArray[np.uint8]
Select = Callable[[Block], Mask]
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Watch:
    """One scanner's question: who is looked at, what is looked for, what is shown of a hit (per setup, by name)."""

    scanner: str
    universe: Mapping[str, Expr]
    setups: tuple[Setup, ...]
    columns: tuple[Mapping[str, Expr], ...]


@dataclass(frozen=True)
class Step:
    """One condition of a funnel: how many bars passed it, and how many of the rest were unknown, not false."""

    name: str
    passed: int = 0
    unknown: int = 0


@dataclass
class Found:
    """What one setup found: its place in the panel (symbol and bar), the shown columns there, and the funnel."""

    scanner: str
    setup: Setup
    steps: list[Step]
    symbol: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    bar: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Group:
    """Watches with the same universe, made ready for the panel's bars."""

    universe: dict[str, Expr]
    watches: list[Watch]

    def setups(self) -> Iterator[tuple[Watch, Setup, Mapping[str, Expr]]]:
        """Yield each setup with its watch and what it shows."""
        for watch in self.watches:
            for setup, shown in zip(watch.setups, watch.columns, strict=True):
                yield watch, setup, shown

    def wanted(self, *, columns: bool) -> Iterator[Expr]:
        """Yield every setup's conditions and, if asked for, its columns, setup by setup."""
        for _, setup, shown in self.setups():
            yield from setup.when.values()
            if columns:
                yield from shown.values()

    def roots(self) -> Iterator[Expr]:
        """Yield all there is to know: the universe's conditions, then everything of each setup."""
        yield from self.universe.values()
        yield from self.wanted(columns=True)


def find(
    panel: Panel, watches: Iterable[Watch], select: Select, *, threads: int = 2, everywhere: bool = False
) -> list[Found]:
    """Return what every setup of the watches found among the bars that `select` marks with 2.

    `everywhere`: compute every condition and column on every bar, skip nothing (the same answer, for tests and benchmarks).
    """
    found: list[Found] = []
    with _Workers(threads) as workers:
        for group in groups_of(panel, watches):
            given = ranks_of(panel, group.roots(), group.universe)
            found += _Search(panel, group, given, workers, everywhere).run(select)
    return found


def groups_of(panel: Panel, watches: Iterable[Watch]) -> list[Group]:
    """Gather watches by universe, so that scanners which look at the same bars share what they compute."""
    groups: dict[tuple[object, ...], Group] = {}
    for watch in watches:
        ready = _ready(watch, panel)
        key = tuple((name, id(x)) for name, x in ready.universe.items())
        groups.setdefault(key, Group(dict(ready.universe), [])).watches.append(ready)
    return list(groups.values())


def _ready(watch: Watch, panel: Panel) -> Watch:
    """Return the watch as it is computed on the panel's bars."""

    def settled(named: Mapping[str, Expr]) -> dict[str, Expr]:
        return {name: for_bars(x, panel.timeframe, panel.hours, panel.calendar) for name, x in named.items()}

    setups = tuple(replace(setup, when=settled(setup.when)) for setup in watch.setups)
    return Watch(watch.scanner, settled(watch.universe), setups, tuple(map(settled, watch.columns)))


class _Workers:
    """Threads over blocks; each keeps its memory from block to block."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> _Workers:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def over(self, blocks: Iterable[Block], made: Plan, work: Callable[[Block, Workspace], T]) -> list[T]:
        """Return what `work` answers for each block, in order."""
        own = local()

        def one(block: Block) -> T:
            if not hasattr(own, "space"):
                own.space = Workspace(made)
            return work(block, own.space)

        return list(self._pool.map(one, blocks) if self._pool else map(one, blocks))


@dataclass(eq=False)
class _Search:
    """The three passes for one group of watches."""

    panel: Panel
    group: Group
    given: Mapping[Expr, Floats]
    workers: _Workers
    everywhere: bool

    def run(self, select: Select) -> list[Found]:
        left = np.empty(self.panel.n_bars, dtype=np.uint8)
        steps, alive = self._universe(select, left)
        found = self._conditions(self.panel.blocks() if self.everywhere else self.panel.blocks_of(alive), left, steps)
        if not self.everywhere:
            self._columns(found)
        return found

    def _universe(self, select: Select, left: Mask) -> tuple[list[Step], Ints]:
        """Mark in `left` the bars that are looked at; count them, and list the symbols that have any."""
        names = list(self.group.universe)

        def work(block: Block, space: Workspace) -> tuple[list[Step], npt.NDArray[np.bool_]]:
            running = left[block.rows]
            running[:] = select(block)
            steps = [Step("bars", int(np.count_nonzero(running)))]
            if steps[0].passed:
                masks = Evaluation(space, block, given=self.given).roots()
                steps += [_meet(name, running, mask) for name, mask in zip(names, masks, strict=True)]
            else:
                steps += map(Step, names)
            return steps, block.any_per_symbol(running == TRUE)

        parts = self.workers.over(self.panel.blocks(), plan(self.group.universe.values(), self.given), work)
        return _added([part[0] for part in parts]), np.flatnonzero(np.concatenate([part[1] for part in parts]))

    def _conditions(self, blocks: Iterable[Block], left: Mask, before: list[Step]) -> list[Found]:
        """Meet every setup's conditions with what is left of the universe; `before` are the universe's steps."""

        def work(block: Block, space: Workspace) -> list[Found]:
            masks = Evaluation(space, block, given=self.given).roots()
            rows = left[block.rows]
            return [_setup(block, masks, rows.copy(), *one, columns=self.everywhere) for one in self.group.setups()]

        parts = self.workers.over(blocks, plan(self.group.wanted(columns=self.everywhere), self.given), work)
        if not parts:
            return [_nothing(before, *one) for one in self.group.setups()]
        return [joined(several, before) for several in zip(*parts, strict=True)]

    def _columns(self, found: list[Found]) -> None:
        """Fill in what is shown; setups that show the same share the work."""
        alike: dict[tuple[int, ...], list[tuple[Found, Mapping[str, Expr]]]] = {}
        for part, (_, _, shown) in zip(found, self.group.setups(), strict=True):
            alike.setdefault(tuple(map(id, shown.values())), []).append((part, shown))
        for several in alike.values():
            bars = np.unique(np.concatenate([part.bar for part, _ in several]))
            values = self._shown_at(bars, several[0][1])
            for part, shown in several:
                there = np.searchsorted(bars, part.bar)
                part.columns = {name: column[there] for name, column in zip(shown, values, strict=True)}

    def _shown_at(self, bars: Ints, shown: Mapping[str, Expr]) -> list[Any]:
        """Return the shown columns at some bars of the panel."""
        if not bars.size:
            return [np.empty(0)] * len(shown)
        symbols = np.unique(np.searchsorted(self.panel.starts, bars, side="right") - 1)

        def work(block: Block, space: Workspace) -> list[Any]:
            rows = block.rows_at(bars)
            return [_at(column, rows) for column in Evaluation(space, block, given=self.given).roots()]

        parts = self.workers.over(self.panel.blocks_of(symbols), plan(shown.values(), self.given), work)
        return [np.concatenate(several) for several in zip(*parts, strict=True)]


def found_in_block(group: Group, block: Block, roots: Iterator[Any]) -> list[Found]:
    """Read a group's roots, in the order of `Group.roots`, and return what each setup found among all the block's bars."""
    running = np.full(block.n_bars, TRUE, dtype=np.uint8)
    steps = [Step("bars", block.n_bars)] + [_meet(name, running, next(roots)) for name in group.universe]
    return [joined((_setup(block, roots, running.copy(), *one, columns=True),), steps) for one in group.setups()]


def _setup(
    block: Block,
    roots: Iterator[Any],
    running: Mask,
    watch: Watch,
    setup: Setup,
    shown: Mapping[str, Expr],
    *,
    columns: bool,
) -> Found:
    """Meet one setup's conditions with the bars that are left, and read its columns there if they come along."""
    steps = [_meet(name, running, next(roots)) for name in setup.when]
    rows = np.flatnonzero(running)
    values = {name: _at(next(roots), rows) for name in shown} if columns else {}
    return Found(watch.scanner, setup, steps, block.symbol_of(rows), block.bar_of(rows), values)


def _nothing(before: list[Step], watch: Watch, setup: Setup, shown: Mapping[str, Expr]) -> Found:
    """Return a setup's empty answer, when nothing was left of the universe."""
    return Found(watch.scanner, setup, [*before, *map(Step, setup.when)], columns=dict.fromkeys(shown, np.empty(0)))


def _added(parts: list[list[Step]]) -> list[Step]:
    """Return the steps of several blocks, counted together."""
    return [
        Step(several[0].name, sum(s.passed for s in several), sum(s.unknown for s in several))
        for several in zip(*parts, strict=True)
    ]


def joined(several: tuple[Found, ...], before: list[Step] | None = None) -> Found:
    """Put one setup's finds of all blocks together, in the panel's order, behind the universe's steps."""
    first = several[0]
    columns = {name: np.concatenate([part.columns[name] for part in several]) for name in first.columns}
    symbol, bar = (np.concatenate([getattr(part, what) for part in several]) for what in ("symbol", "bar"))
    return Found(
        first.scanner, first.setup, [*(before or []), *_added([part.steps for part in several])], symbol, bar, columns
    )


def _meet(name: str, running: Mask, mask: Mask) -> Step:
    """AND a condition into what is left (in place); count what passed and what fell because it was unknown."""
    counts = np.empty(2, dtype=np.int64)
    compiled_meet()(running, mask, counts)
    return Step(name, int(counts[0]), int(counts[1]))


def _at(column: Any, rows: Ints) -> Any:
    """Return a column's values at some rows, masks as 1, 0 or null."""
    values = column[rows]
    return np.array([0.0, np.nan, 1.0])[values] if values.dtype == np.uint8 else values
