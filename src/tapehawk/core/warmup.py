"""How much history an expression needs, read from its tree; kernels declare their own part of it.

Both counts are in bars of the timeframe that the expression is computed on, after `for_bars` has settled it. A slower
timeframe counts with full bars from their start: short ones, such as the session's last, come sooner, never later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tapehawk.core.expr import KERNELS, Expr
from tapehawk.core.kernels import NEVER
from tapehawk.core.slower import MINUTES
from tapehawk.core.timeframes import SESSIONS_A_WEEK, bars_in_session


@dataclass(frozen=True)
class Bars:
    """What bars an expression is computed on."""

    timeframe: str = "1d"
    hours: str = "regular"
    calendar: str = "us"

    def in_one_of(self, slower: str) -> int:
        """Return how many of these bars a full slow bar holds."""
        if slower == "1w":
            return self.in_one_of("1d") * SESSIONS_A_WEEK[self.calendar]
        if slower == "1d":
            return bars_in_session(self.timeframe, self.hours, self.calendar)
        return MINUTES[slower] // MINUTES[self.timeframe]


def warmup(x: Expr, bars: Bars = Bars()) -> int:
    """Return how many bars come before the first at which x can be known.

    A condition may be known sooner where one part decides it (false and unknown is false), a value later where its
    input is null of itself.
    """
    return _Walk(lambda node: node.warmup, bars).of(x)


def settling(x: Expr, bars: Bars = Bars()) -> int:
    """Return after how many bars x is within 1e-9 of what an infinite history gives; NEVER where that is not so."""
    return min(_Walk(lambda node: node.warmup + node.settling, bars).of(x), NEVER)


@dataclass(frozen=True)
class _Needs:
    """What one kernel asks for: bars before its first value, and further ones until it has settled."""

    warmup: int
    settling: int


class _Walk:
    """One walk over a tree, each node met once; `own` picks what a kernel adds to what its inputs need."""

    def __init__(self, own: Callable[[_Needs], int], bars: Bars) -> None:
        self._own, self._bars = own, bars
        self._done: dict[Expr, int] = {}

    def of(self, x: Expr) -> int:
        if x not in self._done:
            self._done[x] = self._counted(x)
        return self._done[x]

    def _counted(self, x: Expr) -> int:
        if x.op == "on":
            slower = str(x.params[0])
            inside = _Walk(self._own, Bars(slower, self._bars.hours, self._bars.calendar)).of(x.args[0])
            return (inside + 1) * self._bars.in_one_of(slower)
        if x.op == "where" and x.args[0].op == "known":
            return self._where_known(x)
        needed = max(map(self.of, x.args), default=0)
        if x.op not in KERNELS:
            return needed
        kernel, params = KERNELS[x.op], tuple(map(float, x.params))
        return needed + self._own(_Needs(kernel.warmup(*params), kernel.settling(*params)))

    def _where_known(self, x: Expr) -> int:
        """Count `where(known(y), a, b)`: b stands in until y is there, so a that needs no more than y costs nothing."""
        condition, then, otherwise = x.args
        first = self.of(then)
        return max(0 if first <= self.of(condition.args[0]) else first, self.of(otherwise))
