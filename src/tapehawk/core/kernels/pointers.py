"""Arrays by their address: how compiled loops are handed columns, states and each other.

Every call from Python takes the interpreter's lock, and unpacking six arrays costs more than some kernels take on a
block. So one call hands over a table of addresses, and compiled code finds there what it works on. Compiled code only.
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any


def floats_at(address: int, size: int) -> Any:
    """Return the float64 array at an address."""
    raise NotImplementedError(address, size)


def numbers_at(address: int, size: int) -> Any:
    """Return the int64 array at an address."""
    raise NotImplementedError(address, size)


def flags_at(address: int, size: int) -> Any:
    """Return the uint8 array at an address."""
    raise NotImplementedError(address, size)


def rows_at(address: int, rows: int, width: int) -> Any:
    """Return the float64 array of two dimensions at an address."""
    raise NotImplementedError(address, rows, width)


def call_at(function: int, argument: int) -> None:
    """Call the compiled function at an address with one number."""
    raise NotImplementedError(function, argument)


@cache
def compiled_pointers() -> dict[str, Any]:
    """Return the compiled forms of the functions above, by name."""
    numba: Any = importlib.import_module("numba")  # it types only half of what it offers
    carray, njit = numba.carray, numba.njit
    floats, numbers, flags = _pointer_to(numba.float64), _pointer_to(numba.int64), _pointer_to(numba.uint8)
    return {
        "floats_at": njit(lambda address, size: carray(floats(address), (size,))),
        "numbers_at": njit(lambda address, size: carray(numbers(address), (size,))),
        "flags_at": njit(lambda address, size: carray(flags(address), (size,))),
        "rows_at": njit(lambda address, rows, width: carray(floats(address), (rows, width))),
        "call_at": _call(),
    }


def _pointer_to(element: Any) -> Any:
    """Return the compiled function from an address to a pointer to elements of one type."""
    numba: Any = importlib.import_module("numba")

    @importlib.import_module("numba.extending").intrinsic
    def pointer(_context: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

        return numba.types.CPointer(element)(address), generate

    return pointer


def _call() -> Any:
    """Return the compiled function that calls what stands at an address."""
    numba: Any = importlib.import_module("numba")
    ir: Any = importlib.import_module("llvmlite.ir")

    @importlib.import_module("numba.extending").intrinsic
    def call(_context: Any, function: Any, argument: Any) -> Any:
        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            kind = ir.FunctionType(ir.VoidType(), [ir.IntType(64)])
            builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), [arguments[1]])
            return context.get_dummy_value()

        return numba.void(function, argument), generate

    return call
