"""Walking on from signals: where each triggers, and which of its levels is reached first, bars coming as they may.

A signal is a bar and levels; the bars walked are those of its own symbol behind the one `seen` last, up to a last
session. However they are cut into calls, it comes to the same. Sides are signs (1 buy, -1 sell): prices times the sign
turn a sell into its mirrored buy, to the last bit. A bar without a price is no bar. A price that is a hair short of a
level (rounding, where prices were brought from one basis to another) is at it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from tapehawk.core.kernels import compile_loop

HAIR = 1e-9
CLOSE, LEVEL, OPEN = range(3)
UNDECIDED, SUCCESS, FAILURE = range(3)


def _first_after(mark: Any, begin: int, end: int, seen: float) -> int:
    """Return the first bar of begin … end - 1 that is later than the mark `seen`."""
    while begin < end:
        middle = (begin + end) // 2
        if mark[middle] <= seen:
            begin = middle + 1
        else:
            end = middle
    return begin


def find_triggers(
    o: Any, h: Any, lo: Any, c: Any, mark: Any, begin: Any, end: Any, last: Any, seen: Any,
    side: Any, kind: Any, entry: Any, trigger: Any, price: Any,
) -> None:  # fmt: skip
    """Fill for each signal its trigger bar (-1: none up to mark `last` and before bar `end`) and the price there."""
    for k in range(begin.size):
        trigger[k], price[k] = -1, np.nan
        s = float(side[k])
        for i in range(_first_after(mark, begin[k], end[k], seen[k]), end[k]):
            if mark[i] > last[k]:
                break
            total = o[i] + h[i] + lo[i] + c[i]
            if total - total != 0.0:
                continue
            best = s * (h[i] if s > 0.0 else lo[i])
            if kind[k] == LEVEL and best < s * entry[k] - HAIR * abs(entry[k]):
                continue
            trigger[k], price[k] = i, o[i]
            if kind[k] == LEVEL and s * o[i] < s * entry[k]:
                price[k] = entry[k]
            break


def find_exits(
    o: Any, h: Any, lo: Any, c: Any, mark: Any, begin: Any, end: Any, last: Any, seen: Any,
    side: Any, price: Any, stop: Any, target: Any, triggered: Any,
    outcome: Any, exit_bar: Any, exit_price: Any, held: Any, worst: Any, best: Any,
) -> None:  # fmt: skip
    """Bring each signal that triggered (at mark `triggered`) up to date; both levels in one bar are the stop.

    UNDECIDED: neither level up to mark `last`; the exit is then the last of these bars and its close. `held` counts
    the bars from the trigger's on. `worst` and `best` are the furthest prices of the trade, in the side's sign; of the
    bar that ended it only the open (where it was held then) and the exit are known to be the trade's.
    """
    for k in range(begin.size):
        s = float(side[k])
        bad, good = s * stop[k], s * target[k]
        at_bad, at_good = bad + HAIR * abs(bad), good - HAIR * abs(good)
        outcome[k] = UNDECIDED
        for i in range(_first_after(mark, begin[k], end[k], seen[k]), end[k]):
            if mark[i] > last[k]:
                break
            total = o[i] + h[i] + lo[i] + c[i]
            if total - total != 0.0:
                continue
            begins = s * o[i]
            high, low = (s * h[i], s * lo[i]) if s > 0.0 else (s * lo[i], s * h[i])
            at_open = mark[i] > triggered[k] or price[k] == o[i]
            held[k] += 1
            exit_bar[k], exit_price[k] = i, c[i]
            if low <= at_bad:
                outcome[k] = FAILURE
                low = min(begins, bad) if at_open else bad
                exit_price[k] = s * low
                high = begins if at_open else low
            elif high >= at_good:
                outcome[k] = SUCCESS
                high = max(begins, good) if at_open else good
                exit_price[k] = s * high
                low = begins if at_open else high
            worst[k], best[k] = min(worst[k], low), max(best[k], high)
            if outcome[k] != UNDECIDED:
                break


@cache
def compiled_triggers() -> Callable[..., None]:
    """Return the compiled form of `find_triggers`."""
    return compile_loop(find_triggers, "f8r f8r f8r f8r f8r i8r i8r f8r f8r i8r i8r f8r i8 f8", (_first_after,))


@cache
def compiled_exits() -> Callable[..., None]:
    """Return the compiled form of `find_exits`."""
    signature = "f8r f8r f8r f8r f8r i8r i8r f8r f8r i8r f8r f8r f8r f8r i8 i8 f8 i8 f8 f8"
    return compile_loop(find_exits, signature, (_first_after,))
