"""How expressions become columns: the one evaluator behind history, catching up, live and explain.

An `Evaluation` runs a plan over one block of bars and answers its roots in order. With a `state` the kernels go on from
where the last call left them, which is all that live is; without one they start from an empty history.

Numbers are float64 with NaN for null; conditions are masks of 0 false, 1 unknown, 2 true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tapehawk.core.expr import KERNELS, MASK, Expr, make
from tapehawk.core.kernels.elementwise import TILE, compiled_run
from tapehawk.core.panel import Block, Floats
from tapehawk.core.plan import COLUMN, CONSTANT, TILE_SLOT, Call, Plan, Program, Read, Slot, plan
from tapehawk.core.slower import Closed, Forming, Held
from tapehawk.core.timeframes import for_bars

Array = npt.NDArray[Any]
State = dict[Expr, Any]
T = TypeVar("T")


class Workspace:
    """One thread's memory for one plan: an array a slot, the same from block to block."""

    def __init__(self, made: Plan) -> None:
        self.plan = made
        self.arrays: list[Array] = [_slot_array(slot) for slot in made.slots]
        self._whole: list[Array] = list(self.arrays)
        self.addresses = np.array([array.ctypes.data for array in self.arrays], dtype=np.int64)
        bytes_a_bar = [
            0 if slot.sort in (CONSTANT, TILE_SLOT) else (1 if slot.kind == MASK else 8) for slot in made.slots
        ]
        self.strides = np.array(bytes_a_bar, dtype=np.int64)

    def fit(self, bars: int) -> None:
        """Make every column as long as the block."""
        for slot in self.plan.slots:
            if slot.sort == COLUMN:
                if self._whole[slot.number].size < bars:
                    self._whole[slot.number] = np.empty(bars, _dtype(slot.kind))
                    self.addresses[slot.number] = self._whole[slot.number].ctypes.data
                self.arrays[slot.number] = self._whole[slot.number][:bars]

    def put(self, slot: int, array: Array) -> None:
        """Let a slot be an array that is not ours."""
        self.arrays[slot] = array
        self.addresses[slot] = array.ctypes.data


def _dtype(kind: str) -> type:
    return np.uint8 if kind == MASK else np.float64


def _slot_array(slot: Slot) -> Array:
    if slot.sort == CONSTANT:
        return np.full(TILE, slot.value)
    return np.empty(TILE if slot.sort == TILE_SLOT else 0, _dtype(slot.kind))


class Evaluation:
    """A plan's roots over one block, one after another.

    `state`: kernels' states by node, changed in place (absent nodes start empty). `given`: columns of the whole panel
    computed beforehand (ranks across the universe), by node.
    """

    def __init__(
        self, space: Workspace, block: Block, *, state: State | None = None, given: Mapping[Expr, Floats] | None = None
    ) -> None:
        self.block, self._space, self._state, self._given = block, space, state, given or {}
        self._closed: dict[str, Closed] = {}

    def roots(self) -> Iterator[Array]:
        """Yield each root's column, good until the next one is asked for."""
        space = self._space
        space.fit(self.block.n_bars)
        for instructions, answer in zip(space.plan.sections, space.plan.answers, strict=True):
            for one in instructions:
                if isinstance(one, Program):
                    self._run(one)
                elif isinstance(one, Call):
                    self._call(one)
                else:
                    self._read(one)
            yield self._full(answer)

    def _run(self, program: Program) -> None:
        steps = program.steps.copy()
        steps[:, 1::2] = self._space.addresses[program.slots]
        steps[:, 2::2] = self._space.strides[program.slots]
        compiled_run()(steps, self.block.n_bars)

    def _read(self, one: Read) -> None:
        given = self._given.get(one.node)
        column = self.block.column(str(one.node.params[0])) if given is None else given[self.block.rows]
        self._space.put(one.out, np.ascontiguousarray(column))

    def _call(self, one: Call) -> None:
        if one.node.op == "on":
            self._space.put(one.out, self._slower(one.node))
            return
        spec, params = KERNELS[one.node.op], tuple(float(p) for p in one.node.params)
        segments = self.block.starts
        state = self._own(one.node, lambda: spec.empty_state(segments.size - 1, params))
        inputs = [self._full(slot) for slot in one.inputs]
        spec.compiled(*inputs, segments, state, np.array(params, dtype=np.float64), self._space.arrays[one.out])

    def _full(self, slot: int) -> Array:
        """Return a slot as a column; a constant's tile stands for every bar."""
        array = self._space.arrays[slot]
        if self._space.plan.slots[slot].sort == CONSTANT:
            return np.full(self.block.n_bars, array[0])
        return array

    def _own(self, x: Expr, empty: Callable[[], T]) -> T:
        """Return the node's state of the last call, or an empty one."""
        if self._state is None:
            return empty()
        if x not in self._state:
            self._state[x] = empty()
        kept: T = self._state[x]
        return kept

    def _slower(self, x: Expr) -> Array:
        (inner,), timeframe = x.args, str(x.params[0])
        symbols = self.block.starts.size - 1
        if timeframe not in self._closed:
            forming = self._own(make("forming", (), (timeframe,)), lambda: Forming.empty(symbols))
            self._closed[timeframe] = forming.close_bars(self.block, timeframe)
        closed = self._closed[timeframe]
        held = self._own(x, lambda: Held.empty(symbols, mask=x.kind == MASK))
        values = np.empty(0)
        if closed.block.n_bars:
            (values,) = Evaluation(Workspace(plan([inner])), closed.block, state=held.state).roots()
        return np.asarray(closed.spread(values, held.values))


def evaluate(block: Block, *wanted: Expr, state: State | None = None) -> list[Array]:
    """Return the columns of some expressions over a block, as copies."""
    panel = block.panel
    made = plan(for_bars(x, panel.timeframe, panel.hours, panel.calendar) for x in wanted)
    return [column.copy() for column in Evaluation(Workspace(made), block, state=state).roots()]
