"""What an expression can not know when it is written: the timeframe it will run on.

`bars_a_session` stands for the number of bars a regular session has; `for_bars` puts the number in its place, and turns
`on("1d", x)` on daily bars into `x[1]`: a bar's own timeframe, closed before it opened, is one bar ago. A kernel's own
numbers can wait in the same way: BAR_MINUTES, SESSION_BARS and OPEN_MINUTE among its parameters stand for them.

`daily(x)` is x of the last completed session: of this very bar where a bar is a session or more, of the session before
on intraday bars. There `on("1d", x)` is one more bar ago, because it asks what was closed before this bar *opened*.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tapehawk.core.errors import BadInput
from tapehawk.core.expr import Expr, Params, as_expr, make, on
from tapehawk.core.plan import nodes
from tapehawk.core.slower import MINUTES, check_slower

SESSION_MINUTES = {"regular": 390, "extended": 960}
CONTINUOUS_MINUTES = 1440

BAR_MINUTES: Final = "minutes of a bar"
SESSION_BARS: Final = "bars of a session"
OPEN_MINUTE: Final = "minute of the regular open"
PREMARKET_MINUTES: Final = 330  # extended hours begin at 04:00, the regular ones at 09:30

SESSIONS_A_WEEK: Final[Mapping[str, int]] = {"us": 5, "crypto": 7}

bars_a_session = make("bars_a_session")
# Minutes of these hours at which regular trading opens, and closes: earlier in a session that the calendar cuts short.
opens_at = make("opens_at")
closes_at = make("closes_at")


def named(name: str, x: Expr) -> Expr:
    """Return x, said by a name wherever it is shown: what is too long to read."""
    return make("named", (x,), (name,), kind=x.kind, power=x.power)


def daily(x: Expr) -> Expr:
    """Return x on daily bars, as of the last session that is complete at this bar's close."""
    return make("daily", (x,), kind=x.kind, power=x.power)


def bars_in_session(timeframe: str, hours: str = "regular", calendar: str = "us") -> int:
    """Return how many bars a full session has: 1 for daily and weekly bars."""
    minutes = SESSION_MINUTES[hours] if calendar == "us" else CONTINUOUS_MINUTES
    return math.ceil(minutes / MINUTES[timeframe]) if timeframe in MINUTES else 1


def bar_minutes(timeframe: str) -> int:
    """Return the minutes a bar spans: for daily and weekly bars a day, so that they hold any part of a session."""
    return MINUTES.get(timeframe, CONTINUOUS_MINUTES)


def regular_minutes(calendar: str = "us") -> int:
    """Return the minutes of regular trading in a full session."""
    return SESSION_MINUTES["regular"] if calendar == "us" else CONTINUOUS_MINUTES


def open_minute(hours: str = "regular", calendar: str = "us") -> int:
    """Return the minute of these hours at which regular trading opens."""
    return PREMARKET_MINUTES if calendar == "us" and hours == "extended" else 0


def share_of_session(timeframe: str, hours: str = "regular", calendar: str = "us") -> float:
    """Return how many bars a full session has, a fifth for weekly bars (a seventh of crypto's)."""
    return 1 / SESSIONS_A_WEEK[calendar] if timeframe == "1w" else bars_in_session(timeframe, hours, calendar)


def _closes_at(timeframe: str, hours: str, calendar: str) -> Expr | float:
    intraday = timeframe in MINUTES and calendar == "us"
    return (
        make("column", (), ("close_minute",)) if intraday else open_minute(hours, calendar) + regular_minutes(calendar)
    )


_LEAVES: Final[Mapping[str, Callable[[str, str, str], Expr | float]]] = {
    "bars_a_session": share_of_session,
    "opens_at": lambda _, hours, calendar: open_minute(hours, calendar),
    "closes_at": _closes_at,
}
# Where a bar is a session or more, it is all there is of the session so far.
_OF_THE_BAR: Final = frozenset({"session_first", "session_highest", "session_lowest", "session_sum"})

# What has no word in formulas.
_UNSAID: Final = frozenset({"daily", "opens_at", "closes_at"})


def for_bars(x: Expr, timeframe: str, hours: str = "regular", calendar: str = "us") -> Expr:
    """Return x as it is computed on bars of this timeframe, hours and calendar."""
    return _Rewrite(timeframe, hours, calendar).of(x)


def as_written(roots: Iterable[Expr], timeframe: str, hours: str = "regular", calendar: str = "us") -> dict[Expr, Expr]:
    """Return for expressions as they are computed on some bars how they were written, where a formula can say it."""
    rewrite = _Rewrite(timeframe, hours, calendar)
    found: dict[Expr, Expr] = {}
    unsaid: set[Expr] = set()
    for x in nodes(*roots):
        computed = rewrite.of(x)
        if x.op in _UNSAID or not unsaid.isdisjoint(x.args):
            unsaid.add(x)
        elif computed.args:
            found[computed] = x if x.op == "named" or found.get(computed) is not computed else computed
    return found


class _Rewrite:
    """One walk over a tree; each node is met once however often it is shared."""

    def __init__(self, timeframe: str, hours: str, calendar: str) -> None:
        self._asked = (timeframe, hours, calendar)
        self._done: dict[Expr, Expr] = {}

    def of(self, x: Expr) -> Expr:
        if x not in self._done:
            self._done[x] = self._rewritten(x)
        return self._done[x]

    def _rewritten(self, x: Expr) -> Expr:
        intraday = self._asked[0] in MINUTES
        if x.op == "named":
            return self.of(x.args[0])
        if x.op in _LEAVES:
            return as_expr(_LEAVES[x.op](*self._asked))
        if x.op == "on" or (x.op == "daily" and intraday):
            return self._slower(x if x.op == "on" else on("1d", x.args[0]))
        if x.op == "daily" or (x.op in _OF_THE_BAR and not intraday):
            return self.of(x.args[0])
        args, params = tuple(map(self.of, x.args)), self._settled(x.params)
        if params == x.params and all(map(operator.is_, args, x.args)):
            return x
        return make(x.op, args, params, kind=x.kind, power=x.power)

    def _settled(self, params: Params) -> Params:
        """Return the parameters with numbers for the names that stand for them."""
        if not any(isinstance(p, str) for p in params):
            return params
        timeframe, hours, calendar = self._asked
        numbers = {
            BAR_MINUTES: bar_minutes(timeframe),
            SESSION_BARS: bars_in_session(timeframe, hours, calendar),
            OPEN_MINUTE: open_minute(hours, calendar),
        }
        return tuple(float(numbers[p]) if isinstance(p, str) and p in numbers else p for p in params)

    def _slower(self, x: Expr) -> Expr:
        (timeframe, hours, calendar), slower = self._asked, str(x.params[0])
        check_slower(timeframe, slower)
        inner = for_bars(x.args[0], slower, hours, calendar)
        if slower == timeframe:
            return inner[1]
        if any(node.op == "rank" for node in nodes(inner)):
            raise BadInput(
                f"{x}: symbols are ranked at one time", hint='write the rank outside, as in rank(on("1d", …))'
            )
        return replaced(x, (inner,))


def replaced(x: Expr, args: tuple[Expr, ...]) -> Expr:
    """Return the node with other arguments of the same kinds."""
    return make(x.op, args, x.params, kind=x.kind, power=x.power)
