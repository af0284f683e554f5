"""What a formula may cost: strangers may send one, and each runs over the whole market.

Everything is counted on the expression that was built, each distinct node once, as the evaluator computes it:

* **cost**, in passes of plain arithmetic over the bars: 1 an operation, 4 + log2(state) a kernel, n more for one that
  looks at its whole window of n for each bar, 50 a rank (it sorts);
* **state**, the numbers a symbol must remember between bars (a window of n bars: about n);
* **depth** and **size** of the tree as it would be written out: printing it takes that long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from typing import Final

from tapehawk.core.errors import BadInput, OutOfBounds
from tapehawk.core.expr import KERNELS, Expr, Params
from tapehawk.core.kernels import window
from tapehawk.core.timeframes import BAR_MINUTES, OPEN_MINUTE, SESSION_BARS

MAX_WINDOW: Final = 5_000  # bars
MAX_NUMBER: Final = 1e6  # a kernel's number that is no window: a factor, a share, a minute
MAX_COST: Final = 2_000  # passes: some twelve seconds for 12.5 million bars on one core
MAX_STATE: Final = 20_000  # numbers a symbol: 1.6 GB for 10,000 symbols
MAX_DEPTH: Final = 100
MAX_SIZE: Final = 4_000
_RANK_COST: Final = 50.0
_COUNTS: Final = {"wilder_stop": 2}  # where width and warm-up take any number of them
_ON_MINUTES: Final = {BAR_MINUTES: 1.0, SESSION_BARS: 390.0, OPEN_MINUTE: 330.0}


class Budget:
    """What has been spent on a formula so far."""

    def __init__(self) -> None:
        self.cost, self.state = 0.0, 0
        self._sizes: dict[Expr, tuple[int, int]] = {}

    def spend(self, x: Expr) -> None:
        """Count the nodes of x not counted before; raises BadInput past a limit, with the figure and the limit."""
        todo = [x]
        while todo:
            node = todo[-1]
            missing = [arg for arg in node.args if arg not in self._sizes]
            todo.extend(missing)
            if not missing:
                todo.pop()
                if node not in self._sizes:
                    self._count(node)

    def nodes(self) -> Iterable[Expr]:
        """Return the nodes that were counted."""
        return self._sizes

    def _count(self, node: Expr) -> None:
        inside = [self._sizes[arg] for arg in node.args]
        depth = 1 + max((depth for depth, _ in inside), default=0)
        size = 1 + sum(size for _, size in inside)
        if node.op in KERNELS:
            check_numbers(node.op, node.params)
            cost, width = _of_kernel(node.op, tuple(map(settled, node.params)))
            self.cost, self.state = self.cost + cost, self.state + width
        elif node.args:
            self.cost += _RANK_COST if node.op == "rank" else 1.0
        _within("is nested {} deep", depth, MAX_DEPTH)
        _within("comes to {} operations when written out", size, MAX_SIZE)
        _within(
            "needs {} numbers of memory a symbol", self.state, MAX_STATE, "use shorter windows or a slower timeframe"
        )
        _within("would cost {} passes over the bars", math.ceil(self.cost), MAX_COST, "drop or share some indicators")
        self._sizes[node] = depth, size


def _within(says: str, figure: int, limit: int, hint: str = "") -> None:
    if figure > limit:
        shown = f"{figure:,}" if figure < 10**12 else "more than a trillion"
        raise BadInput(f"the formula {says.format(shown)}, and {limit:,} is the limit", hint=hint)


def _of_kernel(name: str, numbers: tuple[float, ...]) -> tuple[float, int]:
    """Return a kernel's cost and its width of state."""
    spec = KERNELS[name]
    width = spec.width(*numbers)
    whole_window = spec.source.__module__ == window.__name__ or name == "usual_so_far"
    return 4.0 + math.log2(1 + width) + (numbers[0] if whole_window else 0.0), width


def settled(value: float | str) -> float:
    """Return a kernel's number; for one that waits for the timeframe, what it is on 1-minute bars of regular hours."""
    if not isinstance(value, str):
        return float(value)
    if value not in _ON_MINUTES:
        raise BadInput(f'"{value}" is not a number', hint=f"one of {', '.join(map(repr, _ON_MINUTES))}")
    return _ON_MINUTES[value]


def check_numbers(kernel: str, numbers: Params) -> None:
    """Raise OutOfBounds unless numbers are of sane size and windows whole, 5,000 at most (the first at least 1)."""
    values = tuple(map(settled, numbers))
    for place, (value, is_window) in enumerate(zip(values, windows(kernel, len(values)), strict=True)):
        lowest = 1 if place == 0 else 0
        if is_window and not (lowest <= value <= MAX_WINDOW and value.is_integer()):
            hint = f"a whole number of bars from {lowest} to {MAX_WINDOW:,}"
            raise OutOfBounds(f"{kernel}: {value:g} is not a window", hint=hint)
        if not abs(value) <= MAX_NUMBER:
            raise OutOfBounds(f"{kernel}: {value:g} is too large")
    try:
        _facts(kernel, values)
    except ArithmeticError as error:
        raise OutOfBounds(f"{kernel} can't be computed with {', '.join(f'{value:g}' for value in values)}") from error


def takes_numbers(kernel: str, count: int) -> bool:
    """Say whether a kernel takes so many numbers."""
    return count == _count(kernel)


@cache
def _count(kernel: str) -> int:
    """Return how many numbers a kernel takes: as many as its width, warm-up and settling do."""
    if kernel in _COUNTS:
        return _COUNTS[kernel]
    for count in range(10):
        try:
            _facts(kernel, (2.0,) * count)
        except TypeError:
            continue
        return count
    raise AssertionError(kernel)


@cache
def windows(kernel: str, count: int) -> tuple[bool, ...]:
    """Say which of a kernel's `count` numbers are windows: those its state, warm-up or settling depend on."""
    usual = (2.0,) * count
    before = _facts(kernel, usual)
    return tuple(_facts(kernel, (*usual[:i], 3.0, *usual[i + 1 :])) != before for i in range(count))


def _facts(kernel: str, numbers: tuple[float, ...]) -> tuple[int, int, int]:
    spec = KERNELS[kernel]
    return spec.width(*numbers), spec.warmup(*numbers), spec.settling(*numbers)
