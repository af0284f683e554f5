"""What the parts of an analysis ask of one kind of bars: each expression computed once, and read at given bars."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from tapehawk.analysis.part import On, Part
from tapehawk.core.errors import BadInput
from tapehawk.core.evaluate import Evaluation
from tapehawk.core.panel import BLOCK_BARS, Block, Ints, Panel
from tapehawk.core.ranks import rank_nodes
from tapehawk.core.script import Known, Order, Show
from tapehawk.core.timeframes import for_bars
from tapehawk.core.workspace import Workspace


class Inputs:
    """The inputs of some parts on `on`; `places`: part's name → input's name → where it stands among all values."""

    def __init__(self, on: On, parts: Iterable[Part]) -> None:
        asked = [(part, named[on]) for part in parts if on in (named := part.inputs())]
        self._every = list(dict.fromkeys(x for _, named in asked for x in named.values()))
        if rank_nodes(self._every):
            raise BadInput("a part of the analysis ranks symbols", hint="an analysis may be of one symbol only")
        place = {x: number for number, x in enumerate(self._every)}
        self.places: Mapping[str, Mapping[str, int]] = {
            part.name: {name: place[x] for name, x in named.items()} for part, named in asked
        }
        self._scripts: dict[tuple[str, ...], list[Order]] = {}
        self._spaces: dict[tuple[str, ...], list[Workspace]] = {}

    def rows(self, panel: Panel, bars: Ints) -> list[list[float]]:
        """Return the values at some bars of a panel (rising places), a list a bar; a condition's are 1, 0 or null."""
        values = np.empty((len(self._every), bars.size))
        kind = (panel.timeframe, panel.hours, panel.calendar)
        spaces = self._spaces.setdefault(kind, [])
        space = self._space(kind, spaces)
        for block in _blocks(panel, np.unique(np.searchsorted(panel.starts, bars, side="right") - 1)):
            Evaluation(space, block).show([bars], list(values))
        spaces.append(space)
        return values.T.tolist()

    def _space(self, kind: tuple[str, ...], spaces: list[Workspace]) -> Workspace:
        """Return memory that no thread uses; made anew where all of it is in use."""
        try:
            return spaces.pop()
        except IndexError:
            return Workspace.of(self._script(kind))

    def _script(self, kind: tuple[str, ...]) -> list[Order]:
        if kind not in self._scripts:
            self._scripts[kind] = [Known(0), *(Show(for_bars(x, *kind), 0) for x in self._every)]
        return self._scripts[kind]


def _blocks(panel: Panel, places: Ints) -> Iterator[Block]:
    """Yield blocks that begin and end with a wanted symbol and look at those alone, however few of how many."""
    ends, first = panel.starts[places + 1], 0
    while first < places.size:
        full = np.searchsorted(ends, panel.starts[places[first]] + BLOCK_BARS, side="right")
        mine = places[first : max(int(full), first + 1)]
        wanted = np.zeros(mine[-1] + 1 - mine[0], dtype=np.uint8)
        wanted[mine - mine[0]] = 1
        yield Block(panel, int(mine[0]), int(mine[-1]) + 1, wanted)
        first += mine.size
