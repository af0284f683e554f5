"""A look at bars: what is looked for, among which bars, and in which part of the universe.

Parts are runs of whole blocks of the panel. What was found in all of them, put together in their order, is what one
search of the whole finds, to the last bit: limits and orders are applied to that, never to a part. Ranks need the
whole universe in each search, so what is ranked is looked at in one part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tapehawk.core.panel import Block, Mask, Panel
from tapehawk.core.scanner import Scanner
from tapehawk.core.search import find
from tapehawk.core.watch import Found, Watch
from tapehawk.scan.asked import Asked
from tapehawk.scan.question import Question, of_symbols
from tapehawk.scan.searched import searched
from tapehawk.scan.watching import ranks, watch_for

PART_BARS = 1_000_000


@dataclass(frozen=True, eq=False)
class Look:
    """`watches` looked for in a panel, among the bars that `select` marks with 2."""

    question: Question
    asked: Asked
    watches: tuple[Watch, ...]
    panel: Panel
    select: Callable[[Block], Mask]

    def find(self, *, threads: int = 2) -> list[Found]:
        """Return what every setup found."""
        return find(self.panel, self.watches, self.select, threads=threads)

    def find_in(self, part: range, *, threads: int = 2) -> list[Found]:
        """Return what every setup found among the symbols of a part (places in the panel)."""

        def select(block: Block) -> Mask:
            inside = part.start <= block.first and block.last <= part.stop
            return self.select(block) if inside else np.zeros(block.n_bars, dtype=np.uint8)

        return find(self.panel, self.watches, select, threads=threads)

    def has_bars(self) -> bool:
        """Say whether any bar is asked for."""
        return any(self.select(block).any() for block in self.panel.blocks())

    def parts(self, bars: int = PART_BARS) -> tuple[range, ...]:
        """Cut the universe into parts of about so many bars."""
        symbols = len(self.panel.symbols)
        return (range(symbols),) if any(map(ranks, self.watches)) else tuple(_runs(self.panel, bars))


def look_for(scanners: Sequence[Scanner], question: Question, asked: Asked) -> Look:
    """Return how to look for some scanners' setups among the bars asked for."""
    watches = tuple(watch_for(scanner, asked.panel.timeframe, question.floors) for scanner in scanners)
    panel, select = searched(watches, question, asked)
    if asked.without:
        select = of_symbols(set(asked.panel.symbols) - asked.without, panel, select)
    return Look(question, asked, watches, panel, select)


def _runs(panel: Panel, bars: int) -> Iterator[range]:
    first = 0
    for block in panel.blocks():
        if panel.starts[block.last] - panel.starts[first] >= bars or block.last == len(panel.symbols):
            yield range(first, block.last)
            first = block.last
