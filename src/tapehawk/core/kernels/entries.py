"""Entries: the compiled form of a kernel that other compiled code can call, given the address of a row of numbers.

The row: bars, symbols, addresses of up to four inputs, of starts, of state, its width, the address of the params, how
many there are, and the address of out. Behind these, for the machine: the address of the first symbol's state.
"""

from __future__ import annotations

import importlib
import types
from functools import cache
from typing import TYPE_CHECKING, Any

from tapehawk.core.kernels.pointers import compiled_pointers, floats_at, numbers_at, rows_at

if TYPE_CHECKING:
    from tapehawk.core.kernels import Kernel

WIDTH_OF_PACK = 13
BARS, SYMBOLS, INPUT, STARTS, STATE, WIDTH, PARAMS, N_PARAMS, OUT, STATES = 0, 1, 2, 6, 7, 8, 9, 10, 11, 12


def kernel_loop(*_arguments: Any) -> None:
    """Stand for the kernel that an entry is made for."""
    raise NotImplementedError


def _one(pack: int) -> None:
    p = numbers_at(pack, 12)
    starts, state, params = numbers_at(p[6], p[1] + 1), rows_at(p[7], p[1], p[8]), floats_at(p[9], p[10])
    kernel_loop(floats_at(p[2], p[0]), starts, state, params, floats_at(p[11], p[0]))


def _two(pack: int) -> None:
    p = numbers_at(pack, 12)
    starts, state, params = numbers_at(p[6], p[1] + 1), rows_at(p[7], p[1], p[8]), floats_at(p[9], p[10])
    kernel_loop(floats_at(p[2], p[0]), floats_at(p[3], p[0]), starts, state, params, floats_at(p[11], p[0]))


def _three(pack: int) -> None:
    p = numbers_at(pack, 12)
    starts, state, params = numbers_at(p[6], p[1] + 1), rows_at(p[7], p[1], p[8]), floats_at(p[9], p[10])
    x, y, z = floats_at(p[2], p[0]), floats_at(p[3], p[0]), floats_at(p[4], p[0])
    kernel_loop(x, y, z, starts, state, params, floats_at(p[11], p[0]))


def _four(pack: int) -> None:
    p = numbers_at(pack, 12)
    starts, state, params = numbers_at(p[6], p[1] + 1), rows_at(p[7], p[1], p[8]), floats_at(p[9], p[10])
    x, y, z, w = floats_at(p[2], p[0]), floats_at(p[3], p[0]), floats_at(p[4], p[0]), floats_at(p[5], p[0])
    kernel_loop(x, y, z, w, starts, state, params, floats_at(p[11], p[0]))


@cache
def compiled_entry(of: Kernel) -> Any:
    """Compile a kernel's entry, cached on disk beside the kernel's source, under the kernel's name and line."""
    from tapehawk.core.kernels import bind, compiled_uses

    numba: Any = importlib.import_module("numba")
    loop = numba.njit(error_model="numpy")(bind(of.source, compiled_uses(of.uses)))
    template, source, name = (_one, _two, _three, _four)[of.inputs - 1], of.source.__code__, f"enter_{of.name}"
    code = template.__code__.replace(
        co_filename=source.co_filename, co_firstlineno=source.co_firstlineno, co_name=name, co_qualname=name
    )
    entry = types.FunctionType(code, {**compiled_pointers(), "kernel_loop": loop}, name)
    entry.__module__, entry.__qualname__ = of.source.__module__, name
    return numba.cfunc(numba.void(numba.int64), cache=True, error_model="numpy")(entry)
