"""Loops without memory: comparisons that know "unknown", division that knows zero, choice.

A mask is uint8: 0 false, 1 unknown, 2 true. So `and` is the minimum, `or` the maximum, `not` is 2 - m (Kleene's logic).
An operand of one element stands for a number and is met with every element of the other.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from tapehawk.core.kernels import compile_loop

FALSE, UNKNOWN, TRUE = 0, 1, 2


def greater(a: Any, b: Any, out: Any) -> None:
    """Fill a > b; unknown where either is null."""
    if b.size == 1:
        q = b[0]
        for i in range(a.size):
            out[i] = (a[i] > q) + (not a[i] <= q)
    elif a.size == 1:
        p = a[0]
        for i in range(b.size):
            out[i] = (p > b[i]) + (not p <= b[i])
    else:
        for i in range(a.size):
            out[i] = (a[i] > b[i]) + (not a[i] <= b[i])


def greater_equal(a: Any, b: Any, out: Any) -> None:
    """Fill a >= b; unknown where either is null."""
    if b.size == 1:
        q = b[0]
        for i in range(a.size):
            out[i] = (a[i] >= q) + (not a[i] < q)
    elif a.size == 1:
        p = a[0]
        for i in range(b.size):
            out[i] = (p >= b[i]) + (not p < b[i])
    else:
        for i in range(a.size):
            out[i] = (a[i] >= b[i]) + (not a[i] < b[i])


def equal(a: Any, b: Any, out: Any) -> None:
    """Fill a == b; unknown where either is null."""
    for i in range(out.size):
        p, q = a[i if a.size > 1 else 0], b[i if b.size > 1 else 0]
        out[i] = 2 if p == q else (0 if p == p and q == q else 1)  # noqa: PLR0124  (x == x is false for a null)


def divide(a: Any, b: Any, out: Any) -> None:
    """Fill a / b; null where b is zero, so that no threshold is ever passed by an infinity."""
    if b.size == 1:
        q = b[0] if b[0] != 0.0 else np.nan
        for i in range(a.size):
            out[i] = a[i] / q
    elif a.size == 1:
        p = a[0]
        for i in range(b.size):
            q = b[i]
            out[i] = p / q if q != 0.0 else np.nan
    else:
        for i in range(a.size):
            q = b[i]
            out[i] = a[i] / q if q != 0.0 else np.nan


def choose(mask: Any, a: Any, b: Any, out: Any) -> None:
    """Fill a where the mask is true, b where it is false, null where it is unknown."""
    for i in range(mask.size):
        m = mask[i]
        p, q = a[i if a.size > 1 else 0], b[i if b.size > 1 else 0]
        out[i] = p if m == 2 else (q if m == 0 else np.nan)


def number(mask: Any, out: Any) -> None:
    """Fill 1 for true, 0 for false, null for unknown."""
    for i in range(mask.size):
        m = mask[i]
        out[i] = np.nan if m == 1 else (1.0 if m == 2 else 0.0)


def known(x: Any, out: Any) -> None:
    """Fill true where x is not null, false where it is."""
    for i in range(x.size):
        out[i] = 2 if x[i] - x[i] == 0.0 else 0


_TYPES = {
    greater: "void(f8[::1], f8[::1], u1[::1])",
    greater_equal: "void(f8[::1], f8[::1], u1[::1])",
    equal: "void(f8[::1], f8[::1], u1[::1])",
    divide: "void(f8[::1], f8[::1], f8[::1])",
    choose: "void(u1[::1], f8[::1], f8[::1], f8[::1])",
    number: "void(u1[::1], f8[::1])",
    known: "void(f8[::1], u1[::1])",
}
LOOPS = tuple(_TYPES)


@cache
def compiled(loop: Any) -> Any:
    """Return the compiled form of one of the loops above."""
    return compile_loop(loop, _TYPES[loop])
