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
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

KERNELS: dict[str, Kernel] = {}
_FILES = ("averages", "extremes", "memory")


@dataclass(frozen=True)
class Kernel:
    """One kernel: its source and what the planner must know of it.

    `width(*params)`: floats of state a symbol. `warmup(*params)`: bars before the first value. `settling(*params)`: bars
    until the result is within 1e-9 of an infinite history's (0 for windows). `power`: how the result scales with a split
    (None: as the first input; a number: that power, 0 for ratios and counts).
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
        arrays = ", ".join(["f8[::1]"] * self.inputs)
        return compile_loop(self.source, f"void({arrays}, i8[::1], f8[:, ::1], f8[::1], f8[::1])", self.uses)

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
    source: Callable[..., Any], signature: str, uses: tuple[Callable[..., Any], ...] = ()
) -> Callable[..., Any]:
    """Compile a loop ahead of its first call, releasing the interpreter lock; no fast-math: results are the written order's."""
    import numba  # half a second: only questions that compute pay it

    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    inner: dict[str, Any] = {}
    for used in uses:
        inner[used.__name__] = numba.njit(**options)(_bind(used, inner))
    compiled: Callable[..., Any] = numba.njit(signature, cache=True, **options)(_bind(source, inner))
    return compiled


def _bind(source: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """Return the function with `names` in place of its module's, so that a loop may call loops declared as plain functions."""
    bound = types.FunctionType(source.__code__, {**getattr(source, "__globals__", {}), **names}, source.__name__)
    bound.__module__, bound.__qualname__ = source.__module__, source.__qualname__
    return bound


def all_kernels() -> dict[str, Kernel]:
    """Return every kernel by name, importing the files that declare them."""
    for file in _FILES:
        importlib.import_module(f"{__name__}.{file}")
    return KERNELS
