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
from dataclasses import dataclass, fields
from typing import Final, Self

import numpy as np

from tapehawk.core.kernels.outcomes import CLOSE, LEVEL, OPEN
from tapehawk.core.panel import Flags, Floats, Ints, Panel
from tapehawk.core.running import NOT_YET, Planned, Running
from tapehawk.core.scanner import AT_OPEN, BUY, NONE
from tapehawk.core.sessions import Calendar
from tapehawk.core.signal_clock import Clock
from tapehawk.core.signal_states import CLOSED, FAILURE, NO_TRADE, OUTCOMES, STATUSES, SUCCESS, TIMED_OUT, UNDECIDED
from tapehawk.core.signals import targets, valid_levels
from tapehawk.core.watch import Found

KINDS: Final = ("close", "level", "open")

__all__ = [
    "CLOSE", "FAILURE", "KINDS", "LEVEL", "NOT_YET", "NO_TRADE", "OPEN", "OUTCOMES", "STATUSES", "SUCCESS", "TIMED_OUT",
    "UNDECIDED", "Outcomes", "Signals", "closed_at", "last_day", "outcomes", "reached",
]  # fmt: skip


@dataclass(frozen=True, eq=False, kw_only=True)
class Signals(Planned):
    """Signals over a panel, one element each; prices on the panel's basis (adjusted).

    `bar`: place in the panel of the bar that shows the signal.
    """

    bar: Ints

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
        made = cls(
            side=np.full(which.size, side),
            kind=np.full(which.size, kind),
            entry=entry,
            stop=stop,
            target1=targets(entry, stop)[0],
            bar=found.bar[which],
        )
        return made, which

    @classmethod
    def together(cls, several: Iterable[Self]) -> Self:
        """Return the signals of several setups, one behind the other."""
        parts = list(several)
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.concatenate([getattr(one, name) for one in parts]) for name in names})


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
    clock, bar = Clock.of(panel), signals.bar
    session = panel.columns["session"][bar].astype(np.int64)
    mark = clock.marks(session, panel.columns["minute"][bar])
    one = Running(clock, session, mark, signals)
    symbol = np.searchsorted(panel.starts, bar, side="right") - 1
    one.advance(panel, symbol, _complete(panel, symbol, reached(panel) if through is None else through))
    closed = one.status == CLOSED
    return Outcomes(
        status=one.status,
        outcome=one.outcome,
        trigger_bar=one.trigger_bar,
        trigger_price=one.trigger_price,
        triggered_at=one.triggered_at,
        exit_bar=np.where(closed, one.exit_bar, -1),
        exit_price=np.where(closed, one.exit_price, np.nan),
        known_at=one.known_at,
        bars_held=one.held,
        r=one.r,
        mae=(one.worst - one.side * one.trigger_price) / one.risk,
        mfe=(one.best - one.side * one.trigger_price) / one.risk,
    )


def reached(panel: Panel) -> int:
    """Return the instant at which the panel's last bar closed, µs UTC; 0 without a bar."""
    ends = panel.starts[1:][np.diff(panel.starts) > 0] - 1
    return int(closed_at(panel, ends).max()) if ends.size else 0


def closed_at(panel: Panel, bar: Ints) -> Ints:
    """Return when bars (places in the panel) were closed and so known, µs UTC."""
    return Clock.of(panel).closed_at(panel.columns["session"][bar].astype(np.int64), panel.time[bar])


def last_day(calendar: Calendar, timeframe: str, session: Ints, times: int) -> Ints:
    """Return the last day of the expiry (`times` 1) or of the horizon (2) that begins in a session."""
    return Clock(timeframe, "regular", calendar.name).last_days(session, times)


def _complete(panel: Panel, symbol: Ints, through: int) -> Ints:
    """Return for each signal the instant up to which its bars are there; of a stale symbol its last bar's close."""
    upto = np.full(symbol.size, through, dtype=np.int64)
    stale = np.isin(np.array(panel.symbols), panel.stale)[symbol]
    upto[stale] = np.minimum(through, closed_at(panel, panel.starts[symbol[stale] + 1] - 1))
    return upto
