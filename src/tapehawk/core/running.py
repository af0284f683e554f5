"""Signals whose life goes on: bars are handed in as they come, and each signal is walked along those of its symbol.

    advance(bars, through)   active ──► triggered | cancelled (beyond its target)      triggered ──► closed by a level
                             then by the clock: active ──► expired                     triggered ──► closed, timed out

History is one call with all bars, live a call a minute: there is no second way. What the states and ends mean, and when
they are known, is told in `outcomes.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tapehawk.core.errors import BadInput
from tapehawk.core.kernels.outcomes import HAIR, OPEN, compiled_exits, compiled_triggers
from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.scanner import BUY, SELL
from tapehawk.core.signal_clock import MARKS_A_DAY, Clock
from tapehawk.core.signal_states import (
    ACTIVE,
    CANCELLED,
    CLOSED,
    EXPIRED,
    NO_TRADE,
    TIMED_OUT,
    TRIGGERED,
    UNDECIDED,
)
from tapehawk.core.signals import valid_levels

NOT_YET: Final = int(np.iinfo(np.int64).max)
"""When what is not known yet was known."""

_PRICES: Final = ("open", "high", "low", "close")
OF_PRICES: Final = ("entry", "stop", "target1", "trigger_price", "exit_price", "worst", "best")


@dataclass(frozen=True, eq=False)
class Planned:
    """What is planned for signals, one element each; prices on one basis with the bars they will meet.

    `side`: 1 BUY, -1 SELL. `kind`: CLOSE, LEVEL or OPEN, what it triggers by. Raises BadInput for levels that make no
    sense: filter with `valid_levels` before.
    """

    side: Ints
    kind: Ints
    entry: Floats
    stop: Floats
    target1: Floats

    def __post_init__(self) -> None:
        for side, name in ((1, BUY), (-1, SELL)):
            mine = self.side == side
            ok = valid_levels(name, self.entry[mine], self.stop[mine])
            if not ok.all() or (side * self.target1[mine] <= side * self.entry[mine]).any():
                raise BadInput("a signal's stop and target1 do not stand on either side of its entry")
        if (np.abs(self.side) != 1).any():
            raise BadInput("a signal without a side has no outcome")


class Running:
    """Signals of one clock, an element each in every array; prices on the basis of the bars that come.

    Given: what is planned, the day of the signal's session and the mark of its bar. Grown: `status`, `outcome`,
    `trigger_price`, `triggered_at`, `exit_price` (the last close while it is open), `known_at`, `held` (bars), `worst`
    and `best` (the side's sign times a price); `trigger_bar` and `exit_bar` are places in the panel of the last call,
    -1 where they were not in it.
    """

    def __init__(self, clock: Clock, session: Ints, mark: Floats, planned: Planned) -> None:
        size = session.size
        self.clock, self.side, self.kind = clock, _ints(planned.side), _ints(planned.kind)
        self.entry, self.stop, self.target1 = map(_floats, (planned.entry, planned.stop, planned.target1))
        self.seen = _floats(mark) - (self.kind == OPEN)  # one known at its bar's open is walked from that bar on
        self.expires, self.horizon = clock.last_days(session, 1), np.zeros(size, dtype=np.int64)
        self.triggered_mark = np.full(size, np.nan)
        self.status, self.outcome = np.full(size, ACTIVE), np.full(size, UNDECIDED)
        self.trigger_price, self.exit_price = np.full(size, np.nan), np.full(size, np.nan)
        self.triggered_at, self.known_at = np.full(size, NOT_YET), np.full(size, NOT_YET)
        self.held = np.zeros(size, dtype=np.int64)
        self.worst, self.best = np.full(size, np.nan), np.full(size, np.nan)
        self.trigger_bar, self.exit_bar = np.full(size, -1), np.full(size, -1)

    @property
    def size(self) -> int:
        """Count the signals."""
        return int(self.status.size)

    @property
    def r(self) -> Floats:
        """The R multiple of each that is closed, NaN of the others."""
        gained = (self.exit_price - self.trigger_price) * self.side / self.risk
        return np.where(self.status == CLOSED, gained, np.nan)

    @property
    def risk(self) -> Floats:
        """R of each: the distance from entry to stop."""
        risk: Floats = np.abs(self.entry - self.stop)
        return risk

    def advance(self, panel: Panel, symbol: Ints, through: Ints | int) -> None:
        """Walk the signals on. `symbol`: each one's place in the panel, -1 where it is not in it.

        `through`: the instant up to which each one's bars are there, which moves the clock. Bars that were walked
        before are passed over.
        """
        self.trigger_bar[:], self.exit_bar[:] = -1, -1
        if panel.n_bars and self.size:
            bars = _Bars(panel, self.clock)
            self._trigger(bars, symbol)
            self._follow(bars, symbol)
        self._let_time_pass(np.broadcast_to(through, self.status.shape))

    def resume(self, which: Ints, price: Floats, mark: Floats, known_at: Ints | int) -> None:
        """Let signals have triggered, at prices and in bars with these marks; those bars are walked (again)."""
        self.trigger_price[which], self.triggered_mark[which] = price, mark
        self.seen[which] = mark - 1
        self.worst[which] = self.best[which] = self.side[which] * price
        self.triggered_at[which] = self.known_at[which] = known_at
        self.horizon[which] = self.clock.last_days((mark // MARKS_A_DAY).astype(np.int64), 2)
        self.status[which] = TRIGGERED

    def rebase(self, factor: Floats) -> None:
        """Bring every price to another basis: each signal's factor, 0.5 for a 2:1 split."""
        for name in OF_PRICES:
            setattr(self, name, getattr(self, name) * factor)

    def cancel(self, which: Ints, at: int) -> None:
        """Call signals off."""
        self.status[which], self.outcome[which], self.known_at[which] = CANCELLED, NO_TRADE, at

    def keep(self, which: Ints) -> None:
        """Go on with some of the signals."""
        for name, values in vars(self).items():
            if isinstance(values, np.ndarray):
                setattr(self, name, values[which])

    def extend(self, other: Running) -> None:
        """Take in more signals behind these."""
        for name, values in vars(self).items():
            if isinstance(values, np.ndarray):
                setattr(self, name, np.concatenate([values, getattr(other, name)]))

    def _trigger(self, bars: _Bars, symbol: Ints) -> None:
        which = np.flatnonzero((self.status == ACTIVE) & (symbol >= 0))
        begin, end = bars.of(symbol[which])
        bar, price = np.empty(which.size, dtype=np.int64), np.empty(which.size)
        given = (self.seen[which], self.side[which], self.kind[which], self.entry[which])
        compiled_triggers()(*bars.columns, begin, end, _mark_of(self.expires[which]), *given, bar, price)
        self.seen[which] = np.maximum(self.seen[which], bars.last_mark(begin, end))
        hit = bar >= 0
        which, bar, price = which[hit], bar[hit], price[hit]
        self.trigger_bar[which] = bar
        self.resume(which, price, bars.columns[-1][bar], bars.closed_at(bar))
        target1 = self.target1[which]
        beyond = self.side[which] * price >= self.side[which] * target1 - HAIR * np.abs(target1)
        self.status[which[beyond]], self.outcome[which[beyond]] = CANCELLED, NO_TRADE

    def _follow(self, bars: _Bars, symbol: Ints) -> None:
        which = np.flatnonzero((self.status == TRIGGERED) & (symbol >= 0))
        begin, end = bars.of(symbol[which])
        given = (self.seen, self.side, self.trigger_price, self.stop, self.target1, self.triggered_mark)
        grown = ("outcome", "exit_bar", "exit_price", "held", "worst", "best")
        into = [getattr(self, name)[which] for name in grown]
        compiled_exits()(
            *bars.columns, begin, end, _mark_of(self.horizon[which]), *(values[which] for values in given), *into
        )
        for name, values in zip(grown, into, strict=True):
            getattr(self, name)[which] = values
        self.seen[which] = np.maximum(self.seen[which], bars.last_mark(begin, end))
        done = which[self.outcome[which] != UNDECIDED]
        self.status[done], self.known_at[done] = CLOSED, bars.closed_at(self.exit_bar[done])

    def _let_time_pass(self, through: Ints) -> None:
        for before, after, outcome, last in (
            (ACTIVE, EXPIRED, NO_TRADE, self.expires),
            (TRIGGERED, CLOSED, TIMED_OUT, self.horizon),
        ):
            which = np.flatnonzero(self.status == before)
            ends = self.clock.closes(last[which])
            over = through[which] >= ends
            done = which[over]
            self.status[done], self.outcome[done], self.known_at[done] = after, outcome, ends[over]


class _Bars:
    """The bars of a call: the columns that loops read, the mark of each bar the last of them."""

    def __init__(self, panel: Panel, clock: Clock) -> None:
        self._panel, self._clock = panel, clock
        mark = clock.marks(panel.columns["session"], panel.columns["minute"])
        self.columns = [*(_floats(panel.columns[name]) for name in _PRICES), _floats(mark)]

    def of(self, symbol: Ints) -> tuple[Ints, Ints]:
        """Return where the bars of symbols begin and end."""
        return _ints(self._panel.starts[symbol]), _ints(self._panel.starts[symbol + 1])

    def last_mark(self, begin: Ints, end: Ints) -> Floats:
        """Return the mark of the last bar of each run; of one without a bar one before all others."""
        last: Floats = np.where(end > begin, self.columns[-1][end - 1], -np.inf)
        return last

    def session(self, bar: Ints) -> Ints:
        """Return the days of bars' sessions."""
        return self._panel.columns["session"][bar].astype(np.int64)

    def closed_at(self, bar: Ints) -> Ints:
        """Return when bars were closed."""
        return self._clock.closed_at(self.session(bar), self._panel.time[bar])


def _mark_of(day: Ints) -> Floats:
    """Return the last mark of days."""
    return _floats(day * MARKS_A_DAY + MARKS_A_DAY - 1)


def _floats(values: Any) -> Floats:  # noqa: ANN401  a memory-mapped column, or an array of either kind
    return np.ascontiguousarray(values, np.float64)


def _ints(values: Any) -> Ints:  # noqa: ANN401  as above
    return np.ascontiguousarray(values, np.int64)
