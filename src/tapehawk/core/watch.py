"""What is looked for, made ready for some bars, and what is found: watches, their groups, finds and funnels.

Watches with the same universe form a *group*: its conditions are computed once for all of them. The roots of a group
are read in one order everywhere (the universe's conditions, then of each setup its conditions and its columns), by the
search over history and by the one that goes on bar after bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from tapehawk.core.expr import Expr
from tapehawk.core.panel import Block, Flags, Floats, Ints, Panel
from tapehawk.core.scanner import Setup
from tapehawk.core.script import LEFT, Find, Order, Show, Sifted, Step, met
from tapehawk.core.timeframes import for_bars


@dataclass(frozen=True, eq=False)
class Watch:
    """One scanner's question: who is looked at, what is looked for, what is shown of a hit (per setup, by name)."""

    scanner: str
    universe: Mapping[str, Expr]
    setups: tuple[Setup, ...]
    columns: tuple[Mapping[str, Expr], ...]


@dataclass
class Found:
    """What one setup found: its place in the panel (symbol and bar), the shown columns there, and the funnel.

    `steps` begin with the bars that were asked for; `symbols` counts the symbols that have any of those. `began`: which
    hits became true at their bar, where that was asked for (`became.py`).
    """

    scanner: str
    setup: Setup
    steps: list[Step]
    symbol: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    bar: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    columns: dict[str, Floats] = field(default_factory=dict)
    symbols: int = 0
    began: Flags = field(default_factory=lambda: np.empty(0, dtype=bool))


class Part(NamedTuple):
    """One setup of a group, with its scanner's name and what it shows."""

    scanner: str
    setup: Setup
    shown: Mapping[str, Expr]

    def script(self, before: int, number: int, *, columns: bool) -> Iterator[Order]:
        """Meet the conditions with row `before`, list the hits and, if asked for, show the columns there."""
        yield from met(self.setup.when.values(), before, number)
        yield Find(number if self.setup.when else before, number)
        if columns:
            yield from (Show(x, number) for x in self.shown.values())

    def read(self, block: Block, sifted: Sifted, *, columns: bool) -> Found:
        """Return what came of the script on a block."""
        steps, bars = sifted.steps(self.setup.when), sifted.hits()
        values = sifted.columns(self.shown) if columns else {}
        return Found(self.scanner, self.setup, steps, block.symbol_of(bars), bars, values)

    def nothing(self) -> Found:
        """Return the answer where there is no bar to look at."""
        steps = list(map(Step, self.setup.when))
        return Found(self.scanner, self.setup, steps, columns=dict.fromkeys(self.shown, np.empty(0)))


@dataclass(frozen=True, eq=False)
class Group:
    """Watches with the same universe, made ready for the panel's bars."""

    universe: dict[str, Expr]
    parts: list[Part]

    def roots(self) -> Iterator[Expr]:
        """Yield all there is to know: the universe's conditions, then everything of each setup."""
        yield from self.universe.values()
        for part in self.parts:
            yield from part.setup.when.values()
            yield from part.shown.values()

    def script(self, before: int = LEFT, first: int = 0, *, columns: bool) -> Iterator[Order]:
        """Look for every setup among the bars of row `before`; `first`: number of the first setup."""
        for number, part in enumerate(self.parts, start=first):
            yield from part.script(before, number, columns=columns)

    def found_in(self, block: Block, sifted: Sifted) -> list[Found]:
        """Return what the next of the group's part of `whole_script` found among all the block's bars."""
        steps = [Step("bars", block.n_bars), *sifted.steps(self.universe)]
        return [joined((part.read(block, sifted, columns=True),), steps) for part in self.parts]


def whole_script(groups: Iterable[Group]) -> Iterator[Order]:
    """Look for everything of some groups, their universes among it: all their roots in order."""
    first = 0
    for group in groups:
        universe = first + len(group.parts)  # a row behind those of the parts, who are its only readers
        yield from met(group.universe.values(), LEFT, universe)
        yield from group.script(universe if group.universe else LEFT, first, columns=True)
        first += len(group.parts)


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
