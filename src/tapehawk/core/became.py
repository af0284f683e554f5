"""States and events: a hit is a state, true at its bar; one that was no hit at its symbol's bar before is an event.

    bar      1  2  3  4  5  6
    hit         ●  ●     ●          states at bars 2, 3 and 5
    event       ●        ●          became true at bars 2 and 5

The bar before is the symbol's own, whenever that was: yesterday's last bar for the first one of a session, the one
before the halt for the first one after it. As bars close, whether a symbol's last bar was a hit is remembered (*held*);
over history the bar before is looked at with the others. Either way it is `became` that decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from tapehawk.core.kernels.elementwise import TRUE
from tapehawk.core.panel import Block, Flags, Ints, Mask, Panel
from tapehawk.core.search import Select, find
from tapehawk.core.watch import Found, Watch


def became(found: Found, starts: Ints, held: Flags) -> Flags:
    """Say which hits, in a panel's order, are events; `held`: symbols whose bar before the panel's first was a hit."""
    goes_on = np.zeros(found.bar.size, dtype=bool)
    goes_on[1:] = found.bar[1:] == found.bar[:-1] + 1
    first = found.bar == starts[found.symbol]
    events: Flags = np.logical_not(np.where(first, held[found.symbol], goes_on))
    return events


def held_after(found: Found, starts: Ints, held: Flags) -> Flags:
    """Say of each symbol whether its last bar was a hit, once the panel's bars have been."""
    after: Flags = held & (np.diff(starts) == 0)
    after[found.symbol[found.bar == starts[found.symbol + 1] - 1]] = True
    return after


def find_events(panel: Panel, watches: Iterable[Watch], select: Select, *, threads: int = 2) -> list[Found]:
    """Return what `find` finds among the bars that `select` marks, with those hits flagged that are events.

    The funnel's steps are left out: they would count the bars before as well.
    """
    none, asked = np.zeros(len(panel.symbols), dtype=bool), _asked(panel, select)
    return [
        _of(replace(one, steps=[], began=became(one, panel.starts, none)), asked[one.bar])
        for one in find(panel, watches, _with_the_bar_before(select), threads=threads)
    ]


def _asked(panel: Panel, select: Select) -> Flags:
    return np.concatenate([select(block) == TRUE for block in panel.blocks()])


def _with_the_bar_before(select: Select) -> Select:
    """Return the same selection and of each bar in it the symbol's bar before."""

    def widened(block: Block) -> Mask:
        wanted = select(block)
        before = np.zeros_like(wanted)
        before[:-1] = wanted[1:]
        before[block.starts[1:-1][block.starts[1:-1] > 0] - 1] = 0
        return np.maximum(wanted, before)

    return widened


def _of(found: Found, which: Flags) -> Found:
    columns = {name: column[which] for name, column in found.columns.items()}
    return replace(found, symbol=found.symbol[which], bar=found.bar[which], began=found.began[which], columns=columns)
