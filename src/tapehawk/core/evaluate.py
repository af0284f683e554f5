"""How expressions become columns: the one evaluator behind history, catching up, live and explain.

An `Evaluation` runs a plan over one block of bars. With a `state` the kernels go on from where the last call left them,
which is all that live is; without one they start from an empty history. A script of conditions and what is shown of
their hits is one call of compiled code that does not hold the interpreter's lock.

Numbers are float64 with NaN for null; conditions are masks of 0 false, 1 unknown, 2 true.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, cast

import numpy as np

from tapehawk.core.expr import Expr
from tapehawk.core.kernels.machine import compiled_execute
from tapehawk.core.panel import Block, Column, Floats, Ints, Mask
from tapehawk.core.plan import Plan, plan
from tapehawk.core.script import Sifted
from tapehawk.core.slower import Closed, Forming, Held, Kept, State
from tapehawk.core.state import blank, forming
from tapehawk.core.timeframes import for_bars
from tapehawk.core.workspace import Workspace

_NONE_LEFT: Final = np.empty(0, dtype=np.uint8)  # for what finds nothing


class Evaluation:
    """A plan's roots over one block: sifted by the workspace's script, or read one after another as columns.

    `state`: kernels' states by node, changed in place (absent nodes start empty). `given`: columns of the whole panel
    computed beforehand (ranks across the universe), by node.
    """

    def __init__(
        self, space: Workspace, block: Block, *, state: State | None = None, given: Mapping[Expr, Floats] | None = None
    ) -> None:
        self._space, self._block, self._state = space, block, state
        self._closed: dict[str, Closed] = {}
        self._next = 0
        space.fit(block)
        for one in space.reads:
            column = (given or {}).get(one.node)
            values = block.column(str(one.node.params[0])) if column is None else block.of(column)
            space.put(one.out, np.ascontiguousarray(values))
        if state is None:
            space.start_empty(block.starts)
        else:
            space.go_on_from([cast("Floats", self._own(one.node)) for one in space.calls])

    def sift(self, left: Mask) -> Sifted:
        """Run a script that finds; `left` marks the bars that are asked for and is changed by it."""
        space = self._space
        self._execute(0, len(space.instructions), left)
        ends = space.spans[:, 1].tolist()
        return Sifted(
            space.counts,
            [hits[:end].copy() for hits, end in zip(space.hits, ends, strict=True)],
            [values[: ends[hits]].copy() for values, hits in zip(space.shown, space.hits_of, strict=True)],
        )

    def show(self, known: Sequence[Ints], into: Sequence[Floats]) -> None:
        """Run a script that shows bars known beforehand: whole-panel lists of them, and as long ones for the values."""
        space, block = self._space, self._block
        for number, bars in enumerate(known):
            first, last = np.searchsorted(bars, (block.first_bar, block.first_bar + block.n_bars))
            space.spans[number] = first, first, last
        space.hits_at[:] = [bars.ctypes.data for bars in known]
        space.shown_at[:] = [values.ctypes.data for values in into]
        self._execute(0, len(space.instructions), _NONE_LEFT)

    def column(self) -> Column:
        """Return the next root's column, good until the one after it is asked for."""
        number, space = self._next, self._space
        self._next += 1
        self._execute(*space.sections[number], _NONE_LEFT)
        return space.column(space.plan.answers[number], self._block.n_bars)

    def columns(self) -> Iterator[Column]:
        """Yield the columns of the roots that are left."""
        while self._next < len(self._space.sections):
            yield self.column()

    def _execute(self, first: int, last: int, left: Mask) -> None:
        """Run the instructions first … last - 1; a slower timeframe is folded in between, in Python."""
        space = self._space
        for pause, one in space.pauses.items():
            if first <= pause < last:
                self._run(first, pause, left)
                space.column(one.out, self._block.n_bars)[:] = self._slower(one.node)
                first = pause + 1
        self._run(first, last, left)

    def _run(self, first: int, last: int, left: Mask) -> None:
        space = self._space
        if last > first:
            tables = (space.steps, space.step_slots, space.packs, space.pack_slots, space.slots)
            block = (self._block.starts, space.wanted)
            answers = (space.running, space.counts, self._block.first_bar, space.hits_at, space.spans, space.shown_at)
            compiled_execute()(space.instructions[first:last], *tables, *block, space.most, left, *answers)

    def _own(self, x: Expr) -> Kept:
        """Return the node's state of the last call, or an empty one."""
        if self._state is not None and x in self._state:
            return self._state[x]
        kept = blank(x, self._block.starts.size - 1)
        if self._state is not None:
            self._state[x] = kept
        return kept

    def _slower(self, x: Expr) -> Column:
        timeframe = str(x.params[0])
        if timeframe not in self._closed:
            bars = cast("Forming", self._own(forming(timeframe)))
            self._closed[timeframe] = bars.close_bars(self._block, timeframe)
        closed, held = self._closed[timeframe], cast("Held", self._own(x))
        values: Column = np.empty(0)
        if closed.block.n_bars:
            values = Evaluation(Workspace(_inside(x)), closed.block, state=held.state).column()
        return closed.spread(values, held.values)


@lru_cache(maxsize=512)
def _inside(x: Expr) -> Plan:
    """Return the plan of what an `on(…)` node holds: live asks for it at each bar that closes a slow one."""
    return plan(x.args)


def evaluate(block: Block, *wanted: Expr, state: State | None = None) -> list[Column]:
    """Return the columns of some expressions over a block, as copies."""
    panel = block.panel
    made = plan(for_bars(x, panel.timeframe, panel.hours, panel.calendar) for x in wanted)
    return [column.copy() for column in Evaluation(Workspace(made), block, state=state).columns()]
