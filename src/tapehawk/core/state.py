"""What kernels remember, as a whole: copied, rewound for one symbol, compared, put into arrays that can be stored.

A state is a mapping from nodes to what they keep, one row a symbol: a kernel's array, the slow bars still forming, the
value an `on(…)` node holds. Nodes are named by their text, so a state can be stored and read back by another process.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tapehawk.core.errors import BadInput
from tapehawk.core.expr import KERNELS, Expr
from tapehawk.core.slower import Forming, Held

Array = npt.NDArray[Any]
State = dict[Expr, Any]


def arrays_of(state: State, prefix: str = "") -> Iterator[tuple[str, Array]]:
    """Yield every array of a state with a name that is its own."""
    for node, kept in state.items():
        name = f"{prefix}{node.op}:{node.params}:{node}"
        if isinstance(kept, Forming):
            yield f"{name}|adjusted", kept.adjusted
            yield f"{name}|raw", kept.raw
        elif isinstance(kept, Held):
            yield f"{name}|held", kept.values
            yield from arrays_of(kept.state, f"{name}|")
        else:
            yield name, kept


def mapped(state: State, change: Callable[[Array], Array]) -> State:
    """Return a state of the same shape with every array changed."""

    def one(kept: Any) -> Any:
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
    """Say whether two states are the same to the last bit."""
    left, right = dict(arrays_of(a)), dict(arrays_of(b))
    return left.keys() == right.keys() and all(
        np.array_equal(array, right[name], equal_nan=array.dtype != np.uint8) for name, array in left.items()
    )


def fill(state: State, stored: Mapping[str, Array]) -> None:
    """Put stored arrays into a state of the same shape. Raises BadInput where they do not fit."""
    for name, array in arrays_of(state):
        if name not in stored or stored[name].shape != array.shape:
            raise BadInput("the saved state is of another scan", hint="it is built again from the stored bars")
        array[...] = stored[name]


def kernel_hash() -> str:
    """Return a hash of the sources of every kernel: a saved state is good only for the kernels that made it."""
    digest = hashlib.sha256()
    for name in sorted(KERNELS):
        for source in (*KERNELS[name].uses, KERNELS[name].source):
            digest.update(inspect.getsource(source).encode())
    return digest.hexdigest()[:16]
