"""Kernels: compiled recurrences with a state that goes in and comes out.

A kernel loops over segments (one a symbol) of its input columns, starting each from that symbol's row of `state` and
leaving there what the next call needs. An all-zero row is the empty history. History is one call with long segments,
catching up one with medium ones, live one with segments of length one: there is no second implementation of anything.

The law of the family is *chunk invariance*: however a series is cut into calls, the outputs put together are the same
to the last bit and the final states are equal. `tests/core/test_every_kernel.py` holds every kernel to it.

Common to all: a value that is not finite is null; a window with a null in it is null; a recursive kernel answers null
for a null input and keeps its state.

    kernel(x, …, starts, state, params, out)
        x, …    float64 (n_bars), one array an input       starts  int64 (n_segments + 1)
        state   float64 (n_segments, width), changed       params  float64, the kernel's numbers
        out     float64 (n_bars), filled
"""

from __future__ import annotations

import importlib
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tapehawk.core.kernels.entries import compiled_entry

Floats = npt.NDArray[np.float64]

NEVER: Final = 1_000_000_000  # bars: "settles" only at a reversal or an event, or not at all
KERNELS: dict[str, Kernel] = {}
_FILES = ("averages", "extremes", "memory", "session", "trailing", "wilder", "window")


@dataclass(frozen=True)
class Kernel:
    """One kernel: its source and what the planner must know of it.

    `width(*params)`: floats of state a symbol. `warmup(*params)`: bars before the first value. `settling(*params)`:
    bars from there until the result is within 1e-9 of an infinite history's (0 for windows, NEVER for totals). `power`:
    how the result scales with a split (None: as the first input; a number: that power, 0 for ratios and counts).
    """

    name: str
    source: Callable[..., None]
    inputs: int
    width: Callable[..., int]
    warmup: Callable[..., int]
    settling: Callable[..., int]
    power: int | None
    uses: tuple[Callable[..., Any], ...]

    @cached_property
    def compiled(self) -> Callable[..., None]:
        """Compile on first use (0.1–0.5 s), or load from the cache on disk (20–60 ms)."""
        return compile_loop(self.source, f"{'f8r ' * self.inputs}i8r f8x2 f8r f8", self.uses)

    @cached_property
    def entry(self) -> int:
        """Return the address of the kernel's entry for other compiled code (`entries.py`); compiled as above."""
        address: int = compiled_entry(self).address
        return address

    def empty_state(self, symbols: int, params: tuple[float, ...]) -> Floats:
        """Return the state of `symbols` symbols that have no history."""
        return np.zeros((symbols, self.width(*params)))


def kernel(
    *,
    inputs: int = 1,
    width: Callable[..., int],
    warmup: Callable[..., int],
    settling: Callable[..., int] = lambda *_: 0,
    power: int | None = None,
    uses: tuple[Callable[..., Any], ...] = (),
) -> Callable[[Callable[..., None]], Kernel]:
    """Register a function as a kernel; `uses` names the functions of the same file that it calls."""

    def register(source: Callable[..., None]) -> Kernel:
        made = Kernel(source.__name__, source, inputs, width, warmup, settling, power, uses)
        KERNELS[made.name] = made
        return made

    return register


def compile_loop(
    source: Callable[..., Any],
    signature: str,
    uses: tuple[Callable[..., Any], ...] = (),
    given: Mapping[str, Any] | None = None,
) -> Callable[..., Any]:
    """Compile a loop ahead of its first call, releasing the interpreter lock.

    `signature` names each array: `f8` float64, `i8` int64, `u1` uint8; `r` behind it where it is only read (so that it
    may be a memory-mapped file), `x2` where it has two dimensions; `s` is a plain number. `given` are compiled
    functions that stand for names of the source. No fast-math: results are those of the written order.
    """
    import numba  # half a second: only questions that compute pay it

    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    inner = compiled_uses(uses, given)
    arguments = [_numba_type(numba, code) for code in signature.split()]
    compiled: Callable[..., Any] = numba.njit(numba.void(*arguments), cache=True, **options)(bind(source, inner))
    return compiled


def _numba_type(numba: Any, code: str) -> Any:
    element = numba.typeof(np.dtype(code[:2]).type())
    if code.endswith("s"):
        return element
    return numba.types.Array(element, 2 if "x2" in code else 1, "C", readonly=code.endswith("r"))


def compiled_uses(uses: tuple[Callable[..., Any], ...], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Compile the functions a loop calls, each of which may call those before it; `given` stand there already."""
    numba: Any = importlib.import_module("numba")
    inner: dict[str, Any] = dict(given or {})
    for used in uses:
        inner[used.__name__] = numba.njit(nogil=True, error_model="numpy")(bind(used, inner))
    return inner


def bind(source: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """Return the function with `names` in place of its module's, so that a loop may call others, plain functions."""
    bound = types.FunctionType(source.__code__, {**getattr(source, "__globals__", {}), **names}, source.__name__)
    bound.__module__, bound.__qualname__ = source.__module__, source.__qualname__
    return bound


def all_kernels() -> dict[str, Kernel]:
    """Return every kernel by name, importing the files that declare them."""
    for file in _FILES:
        importlib.import_module(f"{__name__}.{file}")
    return KERNELS
