"""Setups watched as bars close: the search of `search.py` with states that stay.

`advance` takes the next bars of every symbol (one each when a minute closes, many when catching up) and answers like a
search over history, because it is the same evaluation. At a session's open `checkpoint` keeps the states; when a bar is
revised later, `rewind` takes that one symbol back and plays its bars of the session again. Where symbols are ranked
against each other a revised bar changes all of them, and `replay` takes all of them back.

Every column is computed for every bar here: kernels of a column nobody sees yet must move on as well. Whether a
symbol's last bar was a hit is remembered with the kernels' states, so that every hit says whether it is an event.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from tapehawk.core.became import became, held_after
from tapehawk.core.errors import BadInput
from tapehawk.core.evaluate import Evaluation
from tapehawk.core.expr import Expr
from tapehawk.core.kernels.elementwise import TRUE
from tapehawk.core.panel import Block, Column, Flags, Floats, Panel
from tapehawk.core.ranks import is_percentile, rank_nodes, rank_plan, ranked, within_universe
from tapehawk.core.slower import State
from tapehawk.core.state import REBUILT, arrays_of, blank_state, copied, holding, need_fit, of_symbol, put_symbol
from tapehawk.core.watch import Found, Group, Watch, groups_of, joined, whole_script
from tapehawk.core.workspace import Workspace

_HELD: Final = "held"


@dataclass
class _Part:
    """A run of symbols with its memory: symbols first … last - 1, for each plan a workspace and a state."""

    first: int
    last: int
    spaces: list[Workspace]
    states: list[State]
    kept: list[State] = field(default_factory=list)

    @classmethod
    def blank(cls, first: int, last: int, spaces: list[Workspace]) -> _Part:
        """Return the part before the first bar, which is its first checkpoint; it takes the workspaces."""
        blank, kept = ([blank_state(space.plan, last - first) for space in spaces] for _ in range(2))
        return cls(first, last, spaces, blank, kept)

    def keep(self) -> None:
        """Make the states as they are the checkpoint."""
        self.kept = [copied(state) for state in self.states]

    def go_on_from(self, number: int, rows: Mapping[str, Column], own: Mapping[str, Column]) -> None:
        """Take a plan's state from `own` rows; the same rows as stored are the checkpoint."""
        self.states[number] = holding(self.states[number], own)
        self.kept[number] = holding(self.states[number], rows)

    def run(self, number: int, block: Block, given: Mapping[Expr, Floats]) -> Evaluation:
        """Move a plan on by a block of bars."""
        return Evaluation(self.spaces[number], block, state=self.states[number], given=given)

    def alone(self, symbol: int) -> _Part:
        """Return one of the symbols by itself, as it was at the checkpoint."""
        states = [of_symbol(state, symbol - self.first) for state in self.kept]
        return _Part(0, 1, [Workspace(space.plan, space.script) for space in self.spaces], states)

    def put(self, symbol: int, alone: _Part) -> None:
        """Take back what one of the symbols remembers now."""
        for state, fresh in zip(self.states, alone.states, strict=True):
            put_symbol(state, symbol - self.first, fresh)


class _Watching:
    """Groups that are computed together: a plan for each of their ranks, innermost first, and one for all the rest."""

    def __init__(self, groups: list[Group], symbols: int, threads: int) -> None:
        self.groups = groups
        self.ranks = {x: group.universe for group in groups for x in rank_nodes(group.roots())}
        before = [list(self.ranks)[:number] for number in range(len(self.ranks))]
        plans = [rank_plan(x, universe, given) for (x, universe), given in zip(self.ranks.items(), before, strict=True)]
        script = list(whole_script(groups))
        edges = np.linspace(0, symbols, threads + 1).astype(int).tolist()
        self.parts = [
            _Part.blank(first, last, [*map(Workspace, plans), Workspace.of(script, self.ranks)])
            for first, last in pairwise(edges)
        ]

    def advance(self, bars: Panel, pool: ThreadPoolExecutor) -> list[Found]:
        """Move every part on."""
        given: dict[Expr, Floats] = {}
        for number, x in enumerate(self.ranks):

            def compared(part: _Part, number: int = number) -> Floats:
                return within_universe(part.run(number, bars.block(part.first, part.last), given).columns())

            values = np.concatenate(list(pool.map(compared, self.parts)))
            given[x] = ranked(bars.time, values, as_percentile=is_percentile(x))
        found = pool.map(lambda part: self.found(bars.block(part.first, part.last), part, given), self.parts)
        return [joined(several) for several in zip(*found, strict=True)]

    def found(self, block: Block, part: _Part, given: Mapping[Expr, Floats]) -> list[Found]:
        """Move one part on by a block of bars, its ranks given, and return what is found there."""
        sifted = part.run(-1, block, given).sift(np.full(block.n_bars, TRUE, dtype=np.uint8))
        return [found for group in self.groups for found in group.found_in(block, sifted)]

    def rewind(self, symbol: int, block: Block) -> list[Found]:
        """Play one symbol's bars from the checkpoint on."""
        part = next(part for part in self.parts if part.first <= symbol < part.last)
        alone = part.alone(symbol)
        found = self.found(block, alone, {})
        part.put(symbol, alone)
        return found

    def arrays(self) -> Iterator[dict[str, Column]]:
        """Yield every part's arrays by name, which are the same in all of them."""
        for part in self.parts:
            states = enumerate(part.states)
            yield {name: array for number, state in states for name, array in arrays_of(state, f"{number}|")}


class Live:
    """Some watches over a fixed list of symbols, bar after bar.

    `like`: a panel with those symbols, timeframe and hours. Every panel of bars names the same symbols; one without a
    new bar has none there. Ranks are among a group's own universe, so groups that rank are computed by themselves.
    """

    def __init__(self, watches: Iterable[Watch], like: Panel, *, threads: int = 2) -> None:
        groups = groups_of(like, watches)
        ranking = [group for group in groups if rank_nodes(group.roots())]
        together = [[group for group in groups if group not in ranking], *([group] for group in ranking)]
        self._watching = [_Watching(several, len(like.symbols), threads) for several in together if several]
        self._pool = ThreadPoolExecutor(threads)
        setups = sum(len(group.parts) for group in groups)
        self._held = np.zeros((len(like.symbols), setups), dtype=bool)  # was a symbol's last bar a hit of a setup?
        self._kept = self._held.copy()

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()

    def advance(self, bars: Panel) -> list[Found]:
        """Take the next bars of every symbol; return what every setup found among them, watches that rank last."""
        found = [found for watching in self._watching for found in watching.advance(bars, self._pool)]
        return _told_apart(found, bars, self._held)

    def checkpoint(self) -> None:
        """Keep the states as they are, at a session's open."""
        for part in self._parts():
            part.keep()
        self._kept = self._held.copy()

    def rewind(self, symbol: int, bars: Panel) -> list[Found]:
        """Take one symbol (its place) back to the checkpoint and play `bars`, its session as it should have come.

        `bars` has that symbol alone. Raises BadInput where symbols are ranked: `replay` all of them.
        """
        if any(watching.ranks for watching in self._watching):
            raise BadInput("a revised bar changes every symbol's rank", hint="replay the session of all symbols")
        found = [found for watching in self._watching for found in watching.rewind(symbol, bars.block(0, 1))]
        self._held[symbol] = self._kept[symbol]
        return _told_apart(found, bars, self._held[symbol : symbol + 1])

    def replay(self, bars: Panel) -> list[Found]:
        """Take every symbol back to the checkpoint and play `bars`, the session as it should have come."""
        for part in self._parts():
            part.states = [copied(state) for state in part.kept]
        self._held = self._kept.copy()
        return self.advance(bars)

    def ahead(self, bars: Panel) -> list[Found]:
        """Return what `advance` would find among bars that are still to come; nothing moves on."""
        states, held = [part.states for part in self._parts()], self._held
        for part in self._parts():
            part.states = [copied(state) for state in part.states]
        self._held = held.copy()
        try:
            return self.advance(bars)
        finally:
            for part, kept in zip(self._parts(), states, strict=True):
                part.states = kept
            self._held = held

    def roots(self) -> list[Expr]:
        """List every expression that is watched."""
        return [x for watching in self._watching for group in watching.groups for x in group.roots()]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What is watched, in words: lives with the same have states of the same meaning."""
        return tuple(map(str, self.roots()))

    def states(self) -> list[list[State]]:
        """Return the states, part by part, as they are now."""
        return [part.states for part in self._parts()]

    def saved(self) -> dict[str, Column]:
        """Return what is remembered as arrays, a row a symbol however many threads there are."""
        saved: dict[str, Column] = {_HELD: self._held}
        for number, watching in enumerate(self._watching):
            parts = list(watching.arrays())
            saved |= {f"{number}|{name}": np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return saved

    def restore(self, saved: Mapping[str, Column], own: Mapping[str, Column]) -> None:
        """Go on from what `saved` returned, which is the checkpoint then and must not change.

        `own`: the same arrays once more, which change from now on. Raises BadInput where they do not fit.
        """
        into = [
            (part, place, _rows(saved, f"{number}|{place}|", part), _rows(own, f"{number}|{place}|", part))
            for number, watching in enumerate(self._watching)
            for part in watching.parts
            for place in range(len(part.states))
        ]
        for part, place, rows, mine in into:
            need_fit(part.states[place], rows)
            need_fit(part.states[place], mine)
        if _HELD not in saved or saved[_HELD].shape != self._held.shape:
            raise BadInput("the saved state is of other setups", hint=REBUILT)
        self._held = np.array(saved[_HELD], dtype=bool)
        self._kept = self._held.copy()
        for part, place, rows, mine in into:
            part.go_on_from(place, rows, mine)

    def _parts(self) -> list[_Part]:
        return [part for watching in self._watching for part in watching.parts]


def _told_apart(found: list[Found], bars: Panel, held: Flags) -> list[Found]:
    """Flag the hits that are events; `held`, a row a symbol of the panel and a column a find, goes on with its bars."""
    for number, one in enumerate(found):
        one.began = became(one, bars.starts, held[:, number])
        held[:, number] = held_after(one, bars.starts, held[:, number])
    return found


def _rows(saved: Mapping[str, Column], prefix: str, part: _Part) -> dict[str, Column]:
    """Return a part's rows of the saved arrays whose name begins so, under the rest of their names."""
    own = {name.removeprefix(prefix): array for name, array in saved.items() if name.startswith(prefix)}
    return {name: array[part.first : part.last] for name, array in own.items()}
