"""Arithmetic and conditions without memory: a program of steps, run a tile of bars at a time.

The parts of an expression between kernels are turned into a list of steps over arrays. `run` takes 1,024 bars through
all of them before the next 1,024, so what is in between never leaves the processor's first caches, and the whole
program is one call without the interpreter's lock: two threads do not wait for each other, as they do between calls of
20 µs.

A mask is uint8: 0 false, 1 unknown, 2 true. So `and` is the minimum, `or` the maximum, `not` is 2 - m (Kleene's logic).
A comparison with null is unknown. Division by zero is null, and so is every other result that is not finite where a
finite one was asked of it (`log`, `exp`, `sqrt`).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tapehawk.core.kernels.pointers import flags_at, floats_at

FALSE, UNKNOWN, TRUE = 0, 1, 2
TILE = 1024
_NAMES = (
    "+", "-", "*", "/", "max", "min", "neg", "abs", "sqrt", "log", "exp", "floor",
    ">", ">=", "==", "and", "or", "not", "where", "number_of", "known",
)  # fmt: skip
CODES: Final = {name: code for code, name in enumerate(_NAMES)}
TURNED: Final = {"<": ">", "<=": ">="}  # a < b is b > a
OPERATIONS: Final = frozenset(CODES) | frozenset(TURNED)
_COLUMNS = 1 + 2 * 4  # operation, then (address, bytes a bar) of the result and of up to three operands

(
    _ADD, _SUB, _MUL, _DIV, _MAX, _MIN, _NEG, _ABS, _SQRT, _LOG, _EXP, _FLOOR,
    _GT, _GE, _EQ, _AND, _OR, _NOT, _WHERE, _NUMBER, _KNOWN,
) = range(21)  # fmt: skip


def _numbers(op: int, o: Any, a: Any, b: Any) -> None:
    """Fill o with a number from two numbers."""
    if op == _ADD:
        for i in range(o.size):
            o[i] = a[i] + b[i]
    elif op == _SUB:
        for i in range(o.size):
            o[i] = a[i] - b[i]
    elif op == _MUL:
        for i in range(o.size):
            o[i] = a[i] * b[i]
    elif op == _DIV:
        for i in range(o.size):
            o[i] = a[i] / b[i] if b[i] != 0.0 else np.nan
    elif op == _MAX:
        for i in range(o.size):
            p, q = a[i], b[i]
            larger = p if p > q else q  # noqa: FURB136  (numba's max asks about nulls and is slower)
            o[i] = larger if p == p else p  # noqa: PLR0124  (false for a null)
    elif op == _MIN:
        for i in range(o.size):
            p, q = a[i], b[i]
            smaller = p if p < q else q  # noqa: FURB136
            o[i] = smaller if p == p else p  # noqa: PLR0124


def _functions(op: int, o: Any, a: Any) -> None:
    """Fill o with a number from one number."""
    for i in range(o.size):
        v = a[i]
        if op == _NEG:
            o[i] = -v
        elif op == _ABS:
            o[i] = abs(v)
        elif op == _FLOOR:
            o[i] = np.floor(v)
        else:
            w = np.sqrt(v) if op == _SQRT else (np.log(v) if op == _LOG else np.exp(v))
            o[i] = w if w - w == 0.0 else np.nan


def _comparisons(op: int, o: Any, a: Any, b: Any) -> None:
    """Fill o with a mask from two numbers."""
    if op == _GT:
        for i in range(o.size):
            o[i] = (a[i] > b[i]) + (not a[i] <= b[i])
    elif op == _GE:
        for i in range(o.size):
            o[i] = (a[i] >= b[i]) + (not a[i] < b[i])
    else:
        for i in range(o.size):
            o[i] = (a[i] == b[i]) + (a[i] == b[i] or not (a[i] < b[i] or a[i] > b[i]))


def _masks(op: int, o: Any, a: Any, b: Any) -> None:
    """Fill o with a mask from masks."""
    if op == _AND:
        for i in range(o.size):
            o[i] = min(a[i], b[i])
    elif op == _OR:
        for i in range(o.size):
            o[i] = max(a[i], b[i])
    else:
        for i in range(o.size):
            o[i] = 2 - a[i]


def _mixed(op: int, floats: Any, flags: Any, a: Any, b: Any) -> None:
    """Fill numbers from a mask and numbers (`where`, `number_of`)."""
    if op == _WHERE:
        for i in range(floats.size):
            m = flags[i]
            chosen = a[i] if m == 2 else b[i]
            floats[i] = np.nan if m == 1 else chosen
    else:
        for i in range(floats.size):
            m = flags[i]
            floats[i] = np.nan if m == 1 else m * 0.5


def run(program: Any, first: int, last: int) -> None:
    """Run the steps over the bars first … last - 1, a tile at a time.

    An operand's bytes a bar are 0 where every tile uses the same memory.
    """
    for start in range(first, last, TILE):
        n = min(TILE, last - start)
        for s in range(program.shape[0]):
            step = program[s]
            op = step[0]
            out, x, y, z = (
                step[1] + step[2] * start,
                step[3] + step[4] * start,
                step[5] + step[6] * start,
                step[7] + step[8] * start,
            )
            if op <= _MIN:
                _numbers(op, floats_at(out, n), floats_at(x, n), floats_at(y, n))
            elif op <= _FLOOR:
                _functions(op, floats_at(out, n), floats_at(x, n))
            elif op <= _EQ:
                _comparisons(op, flags_at(out, n), floats_at(x, n), floats_at(y, n))
            elif op <= _NOT:
                _masks(op, flags_at(out, n), flags_at(x, n), flags_at(y, n))
            elif op <= _NUMBER:
                _mixed(op, floats_at(out, n), flags_at(x, n), floats_at(y, n), floats_at(z, n))
            else:
                o, v = flags_at(out, n), floats_at(x, n)
                for i in range(n):
                    o[i] = 2 if v[i] - v[i] == 0.0 else 0


PARTS = (_numbers, _functions, _comparisons, _masks, _mixed)  # what `run` calls


def step(op: str, operands: list[int]) -> tuple[list[int], list[int]]:
    """Return one step of a program, addresses still open, and the three operands in the order it wants them."""
    if op in TURNED:
        op, operands = TURNED[op], operands[::-1]
    return [CODES[op]] + [0] * (_COLUMNS - 1), operands + operands[:1] * (3 - len(operands))
