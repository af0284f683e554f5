"""Values of expressions at bars that are known beforehand, in threads over the blocks that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import local

import numpy as np

from tapehawk.core.evaluate import Evaluation
from tapehawk.core.expr import Expr
from tapehawk.core.panel import Block, Floats, Ints, Panel
from tapehawk.core.plan import Plan, plan
from tapehawk.core.script import Known, Order, Show, roots
from tapehawk.core.timeframes import for_bars
from tapehawk.core.workspace import Workspace


class _Own(local):
    """A thread's own memory, kept from block to block."""

    def __init__(self, made: Plan, script: list[Order]) -> None:
        super().__init__()
        self.space = Workspace(made, script)


def values_at(
    panel: Panel,
    bars: Ints,
    wanted: Mapping[str, Expr],
    *,
    threads: int = 2,
    given: Mapping[Expr, Floats] | None = None,
) -> dict[str, Floats]:
    """Return the values of some expressions at some of the panel's bars (places in rising order), by name.

    They are made of each symbol's whole history; symbols without such a bar are not looked at. A condition is 1, 0 or
    null. Ranks, which are of the whole panel, must be `given` (`ranks_of`).
    """
    settled = {name: for_bars(x, panel.timeframe, panel.hours, panel.calendar) for name, x in wanted.items()}
    values = {name: np.empty(bars.size) for name in settled}
    script: list[Order] = [Known(0), *(Show(x, 0) for x in settled.values())]
    own = _Own(plan(roots(script), given or ()), script)

    def work(block: Block) -> None:
        Evaluation(own.space, block, given=given).show([bars], list(values.values()))

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, _blocks_with(panel, bars)))
    return values


def _blocks_with(panel: Panel, bars: Ints) -> Iterator[Block]:
    """Yield the blocks that hold any of the bars, with their symbols alone looked at."""
    wanted = np.zeros(len(panel.symbols), dtype=bool)
    wanted[np.searchsorted(panel.starts, bars, side="right") - 1] = True
    for block in panel.blocks():
        here = wanted[block.first : block.last]
        if here.any():
            yield block.of_symbols(here)
