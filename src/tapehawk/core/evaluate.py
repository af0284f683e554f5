"""How expressions become columns: the one evaluator behind history, catching up, live and explain.

An `Evaluation` answers expressions over one block of bars. Each node is computed once, kept while an expression that was
announced still needs it, and its memory is used again after that, so a block's columns stay in the processor's caches.
With a `state` the kernels go on from where the last call left them, which is all that live is; without one they start
from an empty history.

Numbers are float64 with NaN for null; conditions are masks of 0 false, 1 unknown, 2 true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from tapehawk.core.expr import KERNELS, MASK, Expr, make
from tapehawk.core.kernels import elementwise
from tapehawk.core.kernels.elementwise import compiled
from tapehawk.core.panel import Block, Floats
from tapehawk.core.slower import Closed, Forming, Held
from tapehawk.core.timeframes import for_bars

Array = npt.NDArray[Any]
State = dict[Expr, Any]
T = TypeVar("T")

_NUMPY: Mapping[str, Callable[..., Array]] = {
    "+": np.add, "-": np.subtract, "*": np.multiply, "max": np.maximum, "min": np.minimum, "neg": np.negative, "abs": np.abs,
    "sqrt": np.sqrt, "log": np.log, "exp": np.exp, "floor": np.floor, "and": np.minimum, "or": np.maximum,
}  # fmt: skip
_NEEDS_FINITE = frozenset({"log", "exp", "sqrt"})
_LOOPS: Mapping[str, tuple[Callable[..., None], bool]] = {
    ">": (elementwise.greater, False), "<": (elementwise.greater, True), ">=": (elementwise.greater_equal, False),
    "<=": (elementwise.greater_equal, True), "==": (elementwise.equal, False), "/": (elementwise.divide, False),
    "where": (elementwise.choose, False), "number_of": (elementwise.number, False), "known": (elementwise.known, False),
}  # fmt: skip


class Buffers:
    """Arrays used again: one per thread, so that a block's temporaries are always the same warm memory."""

    def __init__(self) -> None:
        self._free: dict[type, list[Array]] = {np.float64: [], np.uint8: []}

    def take(self, size: int, dtype: type) -> Array:
        """Return an array of `size` unset values."""
        free = self._free[dtype]
        for i in range(len(free) - 1, -1, -1):
            if free[i].size >= size:
                return free.pop(i)[:size]
        return np.empty(size, dtype)

    def give(self, array: Array) -> None:
        """Take back an array that nobody reads any more."""
        whole = array if array.base is None else array.base
        self._free[whole.dtype.type].append(whole)


class Evaluation:
    """The values of expressions over one block.

    `wanted`: the expressions that will be asked for, each once per mention. `state`: kernels' states by node, changed in
    place (absent nodes start empty). `given`: columns computed beforehand (ranks across the universe), by node.
    """

    def __init__(
        self,
        block: Block,
        wanted: Iterable[Expr],
        *,
        state: State | None = None,
        given: Mapping[Expr, Floats] | None = None,
        buffers: Buffers | None = None,
    ) -> None:
        self.block, self._state, self._given = block, state, given or {}
        self._buffers = buffers or Buffers()
        self._values: dict[Expr, Array] = {}
        self._lent: set[int] = set()
        self._closed: dict[str, Closed] = {}
        self._uses = _count_uses(wanted, self._given)

    def value(self, x: Expr) -> Array:
        """Return the column of x; it is good until `done(x)`."""
        found = self._values.get(x)
        if found is None:
            found = self._values[x] = self._compute(x)
        return found

    def done(self, x: Expr) -> None:
        """Say that one of the announced mentions of x has been read."""
        self._uses[x] -= 1
        if self._uses[x] <= 0 and x in self._values:
            array = self._values.pop(x)
            if id(array) in self._lent:
                self._lent.discard(id(array))
                self._buffers.give(array)

    def _compute(self, x: Expr) -> Array:
        if x in self._given:
            return self._given[x][self.block.rows]
        if x.op == "column":
            return self.block.column(str(x.params[0]))
        if x.op == "number":
            return np.array([x.params[0]])
        if x.op == "on":
            return self._slower(x)
        inputs = [self.value(arg) for arg in x.args]
        out = self._fill(x, inputs)
        for arg in x.args:
            self.done(arg)
        return out

    def _fill(self, x: Expr, inputs: list[Array]) -> Array:
        out = self._buffers.take(self.block.n_bars, np.uint8 if x.kind == MASK else np.float64)
        self._lent.add(id(out))
        ufunc = _NUMPY.get(x.op)
        if ufunc is not None:
            ufunc(*inputs, out=out)
            if x.op in _NEEDS_FINITE:
                out[~np.isfinite(out)] = np.nan
        elif x.op == "not":
            np.subtract(2, inputs[0], out=out)
        elif x.op in _LOOPS:
            loop, turned = _LOOPS[x.op]
            inputs[0] = _full(inputs[0], out.size) if all(i.size == 1 for i in inputs) else inputs[0]
            compiled(loop)(*(inputs[::-1] if turned else inputs), out)
        else:
            self._run_kernel(x, inputs, out)
        return out

    def _run_kernel(self, x: Expr, inputs: list[Array], out: Array) -> None:
        spec = KERNELS[x.op]
        segments = self.block.starts
        whole = [_full(column, self.block.n_bars) for column in inputs]
        state = self._own(x, lambda: spec.empty_state(segments.size - 1, _numbers(x)))
        spec.compiled(*whole, segments, state, np.array(_numbers(x), dtype=np.float64), out)

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
        if not closed.block.n_bars:
            return np.asarray(closed.spread(np.empty(0), held.values))
        run = Evaluation(closed.block, [inner], state=held.state, buffers=self._buffers)
        return np.asarray(closed.spread(_full(run.value(inner), closed.block.n_bars), held.values))


def _numbers(x: Expr) -> tuple[float, ...]:
    return tuple(float(p) for p in x.params)


def _full(column: Array, size: int) -> Array:
    """Return a kernel's input as a contiguous column of the block's length."""
    return np.ascontiguousarray(column) if column.size == size else np.full(size, column[0])


def _count_uses(wanted: Iterable[Expr], given: Mapping[Expr, Floats]) -> Counter[Expr]:
    """Count how often each node is read: by whoever asked, and by each node above it."""
    uses: Counter[Expr] = Counter()
    todo = list(wanted)
    uses.update(todo)
    seen: set[Expr] = set()
    while todo:
        x = todo.pop()
        if x in seen or x in given or x.op == "on":
            continue
        seen.add(x)
        uses.update(x.args)
        todo.extend(x.args)
    return uses


def nodes(*roots: Expr) -> list[Expr]:
    """List every node below the roots once, arguments before what uses them."""
    order: dict[Expr, None] = {}

    def visit(x: Expr) -> None:
        if x not in order:
            for arg in x.args:
                visit(arg)
            order[x] = None

    for root in roots:
        visit(root)
    return list(order)


def evaluate(block: Block, *wanted: Expr, state: State | None = None) -> list[Array]:
    """Return the columns of some expressions over a block, as copies."""
    with np.errstate(all="ignore"):
        panel = block.panel
        rooted = [for_bars(x, panel.timeframe, panel.hours, panel.calendar) for x in wanted]
        run = Evaluation(block, rooted, state=state)
        return [_full(run.value(x), block.n_bars).copy() for x in rooted]
