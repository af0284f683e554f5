"""What is looked for, made ready for some bars, and what is found: watches, their groups, finds and funnels.

Watches with the same universe form a *group*: its conditions are computed once for all of them. The roots of a group
are read in one order everywhere (the universe's conditions, then of each setup its conditions and its columns), by the
search over history and by the one that goes on bar after bar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np

from tapehawk.core.evaluate import Evaluation
from tapehawk.core.expr import Expr
from tapehawk.core.kernels.elementwise import TRUE
from tapehawk.core.panel import Block, Column, Floats, Ints, Mask, Panel
from tapehawk.core.scanner import Setup
from tapehawk.core.timeframes import for_bars


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
    """What one setup found: its place in the panel (symbol and bar), the shown columns there, and the funnel.

    `steps` begin with the bars that were asked for; `symbols` counts the symbols that have any of those.
    """

    scanner: str
    setup: Setup
    steps: list[Step]
    symbol: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    bar: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    columns: dict[str, Floats] = field(default_factory=dict)
    symbols: int = 0


class Part(NamedTuple):
    """One setup of a group, with its scanner's name and what it shows."""

    scanner: str
    setup: Setup
    shown: Mapping[str, Expr]

    def met(self, block: Block, run: Evaluation, running: Mask, *, columns: bool) -> Found:
        """Meet the conditions, the next roots of `run`, with the bars left in `running`; read columns too if asked."""
        steps = met_steps(self.setup.when, run, running)
        rows = np.flatnonzero(running)
        values = {name: values_at(run.column(), rows) for name in self.shown} if columns else {}
        return Found(self.scanner, self.setup, steps, block.symbol_of(rows), block.bar_of(rows), values)

    def nothing(self) -> Found:
        """Return the answer where there is no bar to look at."""
        steps = list(map(Step, self.setup.when))
        return Found(self.scanner, self.setup, steps, columns=dict.fromkeys(self.shown, np.empty(0)))


@dataclass(frozen=True, eq=False)
class Group:
    """Watches with the same universe, made ready for the panel's bars."""

    universe: dict[str, Expr]
    parts: list[Part]

    def wanted(self, *, columns: bool) -> Iterator[Expr]:
        """Yield every setup's conditions and, if asked for, its columns, setup by setup."""
        for part in self.parts:
            yield from part.setup.when.values()
            if columns:
                yield from part.shown.values()

    def roots(self) -> Iterator[Expr]:
        """Yield all there is to know: the universe's conditions, then everything of each setup."""
        yield from self.universe.values()
        yield from self.wanted(columns=True)

    def found_in(self, block: Block, run: Evaluation) -> list[Found]:
        """Read the next of `roots()` from `run` and return what each setup found among all the block's bars."""
        running = np.full(block.n_bars, TRUE, dtype=np.uint8)
        steps = [Step("bars", block.n_bars), *met_steps(self.universe, run, running)]
        finds = [part.met(block, run, running.copy(), columns=True) for part in self.parts]
        return [joined((find,), steps) for find in finds]


def groups_of(panel: Panel, watches: Iterable[Watch]) -> list[Group]:
    """Gather watches by universe, so that scanners which look at the same bars share what they compute."""
    groups: dict[tuple[object, ...], Group] = {}
    for watch in watches:
        universe = _settled(watch.universe, panel)
        key = tuple((name, id(x)) for name, x in universe.items())
        groups.setdefault(key, Group(universe, [])).parts.extend(_parts(watch, panel))
    return list(groups.values())


def _parts(watch: Watch, panel: Panel) -> Iterator[Part]:
    for setup, shown in zip(watch.setups, watch.columns, strict=True):
        yield Part(watch.scanner, replace(setup, when=_settled(setup.when, panel)), _settled(shown, panel))


def _settled(named: Mapping[str, Expr], panel: Panel) -> dict[str, Expr]:
    """Return expressions as they are computed on the panel's bars."""
    return {name: for_bars(x, panel.timeframe, panel.hours, panel.calendar) for name, x in named.items()}


def met_steps(names: Collection[str], run: Evaluation, running: Mask) -> list[Step]:
    """AND the next conditions of `run` into what is left (in place); say what passed each, and what fell as unknown."""
    counts = run.meet(running, len(names)).tolist()
    return [Step(name, passed, unknown) for name, (passed, unknown) in zip(names, counts, strict=True)]


def added(parts: Iterable[list[Step]]) -> list[Step]:
    """Return the steps of several blocks, counted together."""
    return [
        Step(several[0].name, sum(s.passed for s in several), sum(s.unknown for s in several))
        for several in zip(*parts, strict=True)
    ]


def joined(several: tuple[Found, ...], before: list[Step] | None = None, symbols: int = 0) -> Found:
    """Put one setup's finds of all blocks together, in the panel's order, behind the universe's steps."""
    first = several[0]
    steps = [*(before or []), *added(part.steps for part in several)]
    columns = {name: np.concatenate([part.columns[name] for part in several]) for name in first.columns}
    symbol, bar = np.concatenate([part.symbol for part in several]), np.concatenate([part.bar for part in several])
    return Found(first.scanner, first.setup, steps, symbol, bar, columns, symbols)


_NUMBERS: Final = np.array([0.0, np.nan, 1.0])  # of a mask's false, unknown, true


def values_at(column: Column, rows: Ints) -> Floats:
    """Return a column's values at some rows, masks as 1, 0 or null."""
    values = column[rows]
    numbers: Floats = _NUMBERS[values] if values.dtype == np.uint8 else values
    return numbers
