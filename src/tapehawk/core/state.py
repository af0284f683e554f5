"""What kernels remember, as a whole: made, copied, rewound for one symbol, compared, turned into arrays to be stored.

A state is a mapping from nodes to what they keep, one row a symbol: a kernel's array, the slow bars still forming, the
value an `on(…)` node holds. Nodes are named by their text, so a state can be stored and read back by another process.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache

import numpy as np

from tapehawk.core import kernels, slower
from tapehawk.core.errors import BadInput
from tapehawk.core.expr import KERNELS, MASK, Expr, make
from tapehawk.core.panel import Column
from tapehawk.core.plan import Call, Plan, plan
from tapehawk.core.slower import Forming, Held, Kept, State

REBUILT = "it is built again from the stored bars"


def forming(timeframe: str) -> Expr:
    """Return the node that the forming bars of a timeframe are kept under."""
    return make("forming", (), (timeframe,))


def blank(x: Expr, symbols: int) -> Kept:
    """Return what a node remembers of symbols that have no history."""
    if x.op == "forming":
        return Forming.empty(symbols)
    if x.op == "on":
        return Held.empty(symbols, mask=x.kind == MASK)
    return KERNELS[x.op].empty_state(symbols, tuple(map(float, x.params)))


def blank_state(made: Plan, symbols: int) -> State:
    """Return everything that a plan's nodes remember of symbols that have no history."""
    state: State = {}
    calls = [one.node for section in made.sections for one in section if isinstance(one, Call)]
    for node in calls:
        kept = state[node] = blank(node, symbols)
        if isinstance(kept, Held):
            timeframe = forming(str(node.params[0]))
            state.setdefault(timeframe, blank(timeframe, symbols))
            kept.state = blank_state(plan(node.args), symbols)
    return state


def arrays_of(state: State, prefix: str = "") -> Iterator[tuple[str, Column]]:
    """Yield every array of a state with a name that is its own."""
    for node, kept in state.items():
        name = f"{prefix}{node.op}:{node}"
        if isinstance(kept, Forming):
            yield f"{name}|adjusted", kept.adjusted
            yield f"{name}|raw", kept.raw
        elif isinstance(kept, Held):
            yield f"{name}|held", kept.values
            yield from arrays_of(kept.state, f"{name}|")
        else:
            yield name, kept


def mapped(state: State, change: Callable[[Column], Column]) -> State:
    """Return a state of the same shape with every array changed."""

    def one(kept: Kept) -> Kept:
        if isinstance(kept, Forming):
            return Forming(change(kept.adjusted), change(kept.raw))
        if isinstance(kept, Held):
            return Held(change(kept.values), mapped(kept.state, change))
        return change(kept)

    return {node: one(kept) for node, kept in state.items()}


def copied(state: State) -> State:
    """Return a copy that later steps do not change."""
    return mapped(state, np.copy)


def of_symbol(state: State, symbol: int) -> State:
    """Return one symbol's rows, as the state of a block of one."""
    return mapped(state, lambda array: array[symbol : symbol + 1].copy())


def put_symbol(state: State, symbol: int, row: State) -> None:
    """Put one symbol's rows back."""
    into, fresh = dict(arrays_of(state)), dict(arrays_of(row))
    for name, array in into.items():
        array[symbol] = fresh[name][0]


def equal(a: State, b: State) -> bool:
    """Say whether two states are the same to the last bit (any null equals any other)."""
    left, right = dict(arrays_of(a)), dict(arrays_of(b))
    return left.keys() == right.keys() and all(
        np.array_equal(array, right[name], equal_nan=array.dtype != np.uint8) for name, array in left.items()
    )


def need_fit(state: State, stored: Mapping[str, Column]) -> None:
    """Raise BadInput unless stored arrays are those of a state of the same shape."""
    into = dict(arrays_of(state))
    if into.keys() != stored.keys() or any(stored[name].shape != array.shape for name, array in into.items()):
        raise BadInput("the saved state is of another scan", hint=REBUILT)


def holding(state: State, stored: Mapping[str, Column]) -> State:
    """Return a state of the same shape that holds stored arrays themselves, which fit; they are not copied."""
    names = iter([name for name, _ in arrays_of(state)])
    return mapped(state, lambda _: stored[next(names)])


@cache
def kernel_hash() -> str:
    """Return a hash of the sources of every kernel: a saved state is good only for the kernels that made it."""
    digest = hashlib.sha256(inspect.getsource(slower).encode())
    for module in sorted(info.name for info in pkgutil.iter_modules(kernels.__path__)):
        if module != "__main__":
            digest.update(inspect.getsource(importlib.import_module(f"{kernels.__name__}.{module}")).encode())
    return digest.hexdigest()[:16]
