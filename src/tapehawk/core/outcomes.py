"""What became of signals: for many of them over a panel at once, whether and where they triggered, and what it came to.

    signal ──a later bar──► trigger ──target1──► success          expiry of the trigger, horizon of the outcome:
       │                       ├──────stop─────► failure            intraday  the end of the next session, 2 sessions on
       └──nothing: expired     └──neither──────► timed out          daily     5 sessions on, 10 sessions on
                                                                    weekly    5 weeks on, 10 weeks on

*Trigger.* A signal of a bar's close triggers at the open of the symbol's next bar; of a level when a later bar trades
at or beyond it, at the level, or at the open of a bar that begins beyond it; one known at its own bar's open, there.
The levels stay those of the signal wherever it triggers. Where the price is at or beyond target1 already nothing is
left to gain: cancelled, no success. Where the open is at or beyond the stop it is bought and stopped there: a failure
that costs 0 R.

*Outcome.* Sessions are the exchange's, whether or not the symbol traded: expiry is counted from the signal's session,
the horizon is twice as many sessions from the trigger's. Both levels in one bar are the stop, whatever the order. A
stop that a bar opens beyond is filled at that open, a target likewise. R is entry - stop of the signal; R multiples
count from the trigger's price, so a target1 may be worth more or less than 1 R.

*No end yet.* A signal is open as long as the bars do not reach its horizon: the end of the data is no failure. A symbol
that trades no more (halted, delisted) while others go on is timed out at its last close once the horizon has passed,
which after a delisting nobody may have been paid; one that is listed and merely stale in the store stays open.

*Nothing is known early.* A trigger and an outcome are known at the close of the bar that shows them, an expiry and a
time-out at the close of their last session (`known_at`); a panel cut anywhere gives what was known there. Prices are
the panel's, adjusted, so splits in between change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from tapehawk.core.errors import BadInput
from tapehawk.core.kernels.outcomes import CLOSE, LEVEL, OPEN, UNDECIDED, compiled_exits, compiled_triggers
from tapehawk.core.panel import Flags, Floats, Ints, Panel
from tapehawk.core.scanner import AT_OPEN, BUY, NONE
from tapehawk.core.sessions import Calendar, calendar_named
from tapehawk.core.signals import targets, valid_levels
from tapehawk.core.slower import MINUTES
from tapehawk.core.watch import Found

STATUSES: Final = ("active", "triggered", "expired", "cancelled", "closed")
ACTIVE, TRIGGERED, EXPIRED, CANCELLED, CLOSED = range(5)
OUTCOMES: Final = ("open", "success", "failure", "timed_out", "no_trade")
OUTCOME_OPEN, SUCCESS, FAILURE, TIMED_OUT, NO_TRADE = range(5)
KINDS: Final = ("close", "level", "open")
NOT_YET: Final = int(np.iinfo(np.int64).max)
"""`known_at` of what is not known yet."""

_MINUTE: Final = 60_000_000
_WEEK: Final = 7
_PRICES: Final = ("open", "high", "low", "close")

__all__ = [
    "ACTIVE", "CANCELLED", "CLOSE", "CLOSED", "EXPIRED", "FAILURE", "KINDS", "LEVEL", "NOT_YET", "NO_TRADE", "OPEN",
    "OUTCOMES", "OUTCOME_OPEN", "STATUSES", "SUCCESS", "TIMED_OUT", "TRIGGERED", "Outcomes", "Signals", "closed_at",
    "hours_of", "last_day", "outcomes", "reached", "sessions_to_trigger",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Signals:
    """Signals over a panel, one element each; prices on the panel's basis (adjusted).

    `bar`: place in the panel of the bar that shows the signal. `side`: 1 BUY, -1 SELL. `kind`: CLOSE, LEVEL or OPEN,
    what it triggers by. Raises BadInput for levels that make no sense: filter with `valid_levels` before.
    """

    bar: Ints
    side: Ints
    kind: Ints
    entry: Floats
    stop: Floats
    target1: Floats

    def __post_init__(self) -> None:
        for side in (1, -1):
            mine = self.side == side
            ok = valid_levels("BUY" if side > 0 else "SELL", self.entry[mine], self.stop[mine])
            if not ok.all() or (side * self.target1[mine] <= side * self.entry[mine]).any():
                raise BadInput("a signal's stop and target1 do not stand on either side of its entry")
        if (np.abs(self.side) != 1).any():
            raise BadInput("a signal without a side has no outcome")

    @classmethod
    def of_found(cls, found: Found) -> tuple[Self, Ints]:
        """Return one setup's hits as signals, and which of the hits they are: those whose levels make sense.

        A setup without a side has none.
        """
        setup, at = found.setup, found.columns
        stop = at.get("stop", np.full(found.bar.size, np.nan))
        ok = valid_levels(setup.direction, at["entry"], stop) & (setup.direction is not NONE)
        which = np.flatnonzero(ok)
        entry, stop = at["entry"][which], stop[which]
        side, kind = 1 if setup.direction is BUY else -1, OPEN if setup.known == AT_OPEN else CLOSE
        one = cls(
            found.bar[which], np.full(which.size, side), np.full(which.size, kind), entry, stop, targets(entry, stop)[0]
        )
        return one, which

    @classmethod
    def together(cls, several: Iterable[Self]) -> Self:
        """Return the signals of several setups, one behind the other."""
        parts = list(several)
        names = ("bar", "side", "kind", "entry", "stop", "target1")
        return cls(*(np.concatenate([getattr(one, name) for one in parts]) for name in names))


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What became of signals, one element each.

    `status` and `outcome` are indices into STATUSES and OUTCOMES. `trigger_bar`, `exit_bar`: places in the panel, -1
    for none; prices NaN. `known_at`: when the last change of status was known, µs UTC (NOT_YET while active);
    `triggered_at`: when the trigger was. `bars_held` counts from the trigger's bar to the exit's, or to the last one so
    far. `r`: R multiple at the exit, NaN before. `mae`, `mfe`: worst and best of the trade so far in R, ≤ 0 and ≥ 0.
    """

    status: Ints
    outcome: Ints
    trigger_bar: Ints
    trigger_price: Floats
    triggered_at: Ints
    exit_bar: Ints
    exit_price: Floats
    known_at: Ints
    bars_held: Ints
    r: Floats
    mae: Floats
    mfe: Floats

    @property
    def decided(self) -> Flags:
        """Say which were traded to an end: success, failure or timed out."""
        found: Flags = self.status == CLOSED
        return found


def outcomes(panel: Panel, signals: Signals, *, through: int | None = None) -> Outcomes:
    """Say what became of signals, as far as the panel's bars tell.

    `through`: the instant (µs UTC) up to which the bars are complete; by default the close of the panel's last bar.
    Raises BadInput for a session that the calendar does not know.
    """
    walk = _Walk(panel, signals)
    upto = walk.complete(reached(panel) if through is None else through)
    trigger, price = walk.triggers()
    beyond = (trigger >= 0) & (signals.side * price >= signals.side * signals.target1)
    traded = np.flatnonzero((trigger >= 0) & ~beyond)
    return _Judged(walk, upto, trigger, price, beyond, traded).outcomes()


def reached(panel: Panel) -> int:
    """Return the instant at which the panel's last bar closed, µs UTC; 0 without a bar."""
    ends = panel.starts[1:][np.diff(panel.starts) > 0] - 1
    return int(closed_at(panel, ends).max()) if ends.size else 0


def closed_at(panel: Panel, bar: Ints) -> Ints:
    """Return when bars (places in the panel) were closed and so known, µs UTC; the last of a session at its close."""
    calendar, session = calendar_named(panel.calendar), panel.columns["session"][bar].astype(np.int64)
    if panel.timeframe == "1w":
        session = calendar.week_of(session)[1]
    closes = calendar.close_of(session, hours_of(panel))
    if panel.timeframe not in MINUTES:
        return closes
    return np.minimum(panel.time[bar] + MINUTES[panel.timeframe] * _MINUTE, closes)


def hours_of(panel: Panel) -> str:
    """Return the hours that bound a panel's sessions: daily and weekly bars know the regular ones only."""
    return panel.hours if panel.timeframe in MINUTES else "regular"


def sessions_to_trigger(timeframe: str) -> int:
    """Return how many sessions (of weekly bars: weeks) after its own a signal may trigger."""
    return 1 if timeframe in MINUTES else 5


def last_day(calendar: Calendar, timeframe: str, session: Ints, times: int) -> Ints:
    """Return the last day of the expiry (`times` 1) or of the horizon (2) that begins in a session."""
    count = times * sessions_to_trigger(timeframe)
    if timeframe == "1w":
        return session - (session + 3) % _WEEK + _WEEK * count + 6  # day 0 was a Thursday; a Sunday
    return calendar.shift(session, count)


class _Walk:
    """The bars that signals walk on."""

    def __init__(self, panel: Panel, signals: Signals) -> None:
        self.panel, self.signals = panel, signals
        self.calendar = calendar_named(panel.calendar)
        self.symbol = np.searchsorted(panel.starts, signals.bar, side="right") - 1
        self.ends = panel.starts[self.symbol + 1]
        self._bars = [np.ascontiguousarray(panel.columns[name]) for name in (*_PRICES, "session")]
        self.expires = self._last(signals.bar, 1)

    def complete(self, through: int) -> Ints:
        """Return for each signal the instant up to which its bars are there; of a stale symbol its last bar's close."""
        upto = np.full(self.symbol.size, through, dtype=np.int64)
        stale = np.isin(np.array(self.panel.symbols), self.panel.stale)[self.symbol]
        upto[stale] = np.minimum(through, closed_at(self.panel, self.ends[stale] - 1))
        return upto

    def triggers(self) -> tuple[Ints, Floats]:
        """Return where each signal triggered and at what price."""
        one = self.signals
        bar, price = np.empty(one.bar.size, dtype=np.int64), np.empty(one.bar.size)
        args = _ints(one.bar), _ints(self.ends), self.expires, _ints(one.side), _ints(one.kind), _floats(one.entry)
        compiled_triggers()(*self._bars, *args, bar, price)
        return bar, price

    def exits(self, which: Ints, trigger: Ints, price: Floats) -> tuple[Ints, Ints, Floats, Ints, Floats, Floats, Ints]:
        """Return outcome, bar, price, bars held, worst and best price of some that triggered, and their last days."""
        one, last = self.signals, self._last(trigger, 2)
        args = (trigger, _ints(self.ends[which]), last, _ints(one.side[which]), price)
        levels = _floats(one.stop[which]), _floats(one.target1[which])
        outcome, bar, held = (np.empty(which.size, dtype=np.int64) for _ in range(3))
        at, worst, best = (np.empty(which.size) for _ in range(3))
        compiled_exits()(*self._bars, *args, *levels, outcome, bar, at, held, worst, best)
        return outcome, bar, at, held, worst, best, last.astype(np.int64)

    def closes(self, days: Ints) -> Ints:
        """Return when the last session up to each day closes."""
        row = np.searchsorted(self.calendar.date, days, side="right") - 1
        return self.calendar.close_of(self.calendar.date[row], hours_of(self.panel))

    def _last(self, bar: Ints, times: int) -> Floats:
        session = self.panel.columns["session"][bar].astype(np.int64)
        return last_day(self.calendar, self.panel.timeframe, session, times).astype(np.float64)


def _floats(values: Floats) -> Floats:
    return np.ascontiguousarray(values, np.float64)


def _ints(values: Ints) -> Ints:
    return np.ascontiguousarray(values, np.int64)


@dataclass
class _Judged:
    """What the walk found, put together: `beyond` triggered past their target, `traded` are places of the others."""

    walk: _Walk
    upto: Ints
    trigger: Ints
    price: Floats
    beyond: Flags
    traded: Ints

    def outcomes(self) -> Outcomes:
        size, panel = self.trigger.size, self.walk.panel
        none, null = np.full(size, -1, dtype=np.int64), np.full(size, np.nan)
        seen = self.trigger >= 0
        triggered_at = np.full(size, NOT_YET, dtype=np.int64)
        triggered_at[seen] = closed_at(panel, self.trigger[seen])
        status, known_at = self._before_trading(triggered_at)
        found = Outcomes(
            status, np.where(status == ACTIVE, OUTCOME_OPEN, NO_TRADE), self.trigger, self.price, triggered_at,
            none, null, known_at, np.zeros(size, dtype=np.int64), null.copy(), null.copy(), null.copy(),
        )  # fmt: skip
        self._trade(found)
        return found

    def _before_trading(self, triggered_at: Ints) -> tuple[Ints, Ints]:
        """Return status and when it was known of all, those that trade as they triggered."""
        expiry = self.walk.closes(self.walk.expires.astype(np.int64))
        missed = (self.trigger < 0) & (self.upto >= expiry)
        status = np.select([missed, self.beyond, self.trigger >= 0], [EXPIRED, CANCELLED, TRIGGERED], ACTIVE)
        return status, np.where(missed, expiry, triggered_at)

    def _trade(self, into: Outcomes) -> None:
        """Fill in what became of those that trade."""
        which, signals = self.traded, self.walk.signals
        price = self.price[which]
        outcome, bar, at, held, worst, best, last = self.walk.exits(which, self.trigger[which], price)
        risk, side = np.abs(signals.entry - signals.stop)[which], signals.side[which]
        into.bars_held[which] = held
        into.mae[which], into.mfe[which] = (worst - side * price) / risk, (best - side * price) / risk
        horizon = self.walk.closes(last)
        over = (outcome == UNDECIDED) & (self.upto[which] >= horizon)
        ended = over | (outcome != UNDECIDED)
        done = which[ended]
        into.status[done], into.outcome[which] = CLOSED, np.where(over, TIMED_OUT, outcome)
        into.exit_bar[done], into.exit_price[done] = bar[ended], at[ended]
        into.r[done] = ((at - price) * side / risk)[ended]
        into.known_at[done] = np.where(over, horizon, closed_at(self.walk.panel, bar))[ended]
