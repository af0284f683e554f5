"""Setups watched as bars close: the search of `search.py` with states that stay.

`advance` takes the next bars of every symbol (one each when a minute closes, many when catching up) and answers like a
search over history, because it is the same evaluation. At a session's open `checkpoint` keeps the states; when a bar is
revised later, `rewind` takes that one symbol back and plays its bars of the session again.

Every column is computed for every bar here: kernels of a column nobody sees yet must move on as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from tapehawk.core.evaluate import Evaluation, Workspace
from tapehawk.core.expr import Expr
from tapehawk.core.panel import Block, Floats, Panel
from tapehawk.core.plan import Plan, nodes, plan
from tapehawk.core.ranks import ranked, within_universe
from tapehawk.core.search import Found, Watch, found_in_block, groups_of, joined
from tapehawk.core.state import State, copied, of_symbol, put_symbol


@dataclass
class _Part:
    """A run of symbols with its memory: symbols first … last - 1, one state a plan."""

    first: int
    last: int
    spaces: list[Workspace]
    states: list[State] = field(default_factory=list)
    kept: list[State] = field(default_factory=list)


class Live:
    """Some watches over a fixed list of symbols, bar after bar. `like`: a panel with those symbols, timeframe and hours."""

    def __init__(self, watches: Iterable[Watch], like: Panel, *, threads: int = 2) -> None:
        self._groups = groups_of(like, watches)
        self._ranks = [x for group in self._groups for x in nodes(*group.roots()) if x.op == "rank"]
        plans = [*map(self._rank_plan, range(len(self._ranks))), self._plan()]
        edges = np.linspace(0, len(like.symbols), threads + 1).astype(int)
        self._parts = [
            _Part(int(a), int(b), [Workspace(made) for made in plans], [{} for _ in plans])
            for a, b in zip(edges[:-1], edges[1:], strict=True)
        ]
        self._pool = ThreadPoolExecutor(threads)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()

    def advance(self, bars: Panel) -> list[Found]:
        """Take the next bars of every symbol and return what every setup found among them."""
        given: dict[Expr, Floats] = {}
        for number, x in enumerate(self._ranks):
            values = np.concatenate(
                list(self._pool.map(lambda p, n=number: self._ranked_values(p, n, bars, given), self._parts))
            )
            given[x] = ranked(bars.time, values, as_percentile=x.params[0] == "percentile")
        parts = list(
            self._pool.map(lambda part: self._search(part, bars.block(part.first, part.last), given), self._parts)
        )
        return [joined(several) for several in zip(*parts, strict=True)]

    def checkpoint(self) -> None:
        """Keep the states as they are, at a session's open."""
        for part in self._parts:
            part.kept = [copied(state) for state in part.states]

    def rewind(self, symbol: int, bars: Panel) -> list[Found]:
        """Take one symbol back to the checkpoint and play `bars`, its session so far as it should have come."""
        part = next(p for p in self._parts if p.first <= symbol < p.last)
        row, alone = symbol - part.first, Live.__new__(Live)
        states = [of_symbol(state, row) for state in part.kept] or [{} for _ in part.states]
        alone._groups, alone._ranks = self._groups, self._ranks
        single = _Part(0, 1, [Workspace(space.plan) for space in part.spaces], states)
        found = [joined((one,)) for one in alone._search(single, bars.block(0, 1), {})]
        for state, fresh in zip(part.states, single.states, strict=True):
            put_symbol(state, row, fresh)
        return found

    def states(self) -> list[list[State]]:
        """Return the states, part by part, as they are now."""
        return [part.states for part in self._parts]

    def _plan(self) -> Plan:
        return plan((x for group in self._groups for x in group.roots()), self._ranks)

    def _rank_plan(self, number: int) -> Plan:
        x = self._ranks[number]
        group = next(g for g in self._groups if x in set(nodes(*g.roots())))
        return plan([x.args[0], *group.universe.values()], self._ranks[:number])

    def _ranked_values(self, part: _Part, number: int, bars: Panel, given: Mapping[Expr, Floats]) -> Floats:
        run = Evaluation(part.spaces[number], bars.block(part.first, part.last), state=part.states[number], given=given)
        return within_universe(run.roots())

    def _search(self, part: _Part, block: Block, given: Mapping[Expr, Floats]) -> list[Found]:
        roots = Evaluation(part.spaces[-1], block, state=part.states[-1], given=given).roots()
        return [found for group in self._groups for found in found_in_block(group, block, roots)]
