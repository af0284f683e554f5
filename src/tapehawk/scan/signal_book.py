"""The book of a running scan's signals: rows become signals, bars move them on, each change is written, then told.

    rows  ──not there yet, cooled down──► active ──bars, the clock──► triggered, expired, cancelled ──► closed
    withdrawn rows ──not triggered by then──► cancelled

Fed a step at a time it comes to what `track_record.py` finds over history, however the steps are cut; the exception is
a bar that comes late or is revised: what a signal came to by the bars as they were then stays said. A row that changes
leaves its signal as it was said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

from tapehawk.core.cooldown import Cooldown
from tapehawk.core.events import SignalChanged
from tapehawk.core.instants import microseconds
from tapehawk.core.kernels.outcomes import CLOSE, LEVEL, OPEN
from tapehawk.core.outcomes import KINDS
from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.running import Planned, Running
from tapehawk.core.scanner import BUY, NONE
from tapehawk.core.signal_clock import MARKS_A_DAY, Clock
from tapehawk.core.signal_record import INTRABAR, Change, SetupKey, Signal, origin_of
from tapehawk.core.signal_states import ACTIVE, CANCELLED, EXPIRED, OUTCOMES, STATUSES, TRIGGERED
from tapehawk.data.signal_log import Noted

Row: TypeAlias = Mapping[str, Any]
WITHDRAWN: Final = "a revised bar took its setup back"
BEYOND: Final = "triggered beyond its target1: nothing left to gain"
NO_BAR: Final = "no price came to trigger it"


class SignalStore(Protocol):
    """Where signals are kept: a log until there is a database."""

    def known(self) -> Mapping[str, Signal]:
        """Return every signal by its key."""

    def note(self, new: Iterable[Signal], changes: Iterable[Noted] = ()) -> list[Noted]:
        """Keep what is not there yet; return the changes that are not allowed (any more)."""


class SignalBook:
    """The signals of one series and its clock that go on.

    `basis`: symbol and day → what turns prices as traded that day into those of the bars that come (splits since).
    What the store knows of the series goes on from where it stands: feed the bars since `since` before new rows.
    """

    def __init__(
        self,
        clock: Clock,
        series: str,
        store: SignalStore,
        *,
        tell: Callable[[SignalChanged], None] = lambda _: None,
        basis: Callable[[str, int], float] = lambda _symbol, _day: 1.0,
    ) -> None:
        self._clock, self._series, self._store, self._tell, self._basis = clock, series, store, tell, basis
        self._signals: list[Signal] = []
        self._keys: list[str] = []
        self._running = self._entered([])
        self._new, self._noted = list[Signal](), list[Noted]()  # what is still to be written
        self._cooldown = Cooldown()
        mine = sorted(filter(self._mine, store.known().values()), key=lambda one: one.key.bar_time)
        for one, slot in zip(mine, self._slots(mine), strict=True):
            if one.history[-1].reason != WITHDRAWN:
                self._cooldown.passes(_group(one.key), slot)
        self._enter([one for one in mine if not one.is_final])

    @property
    def open(self) -> Sequence[Signal]:
        """Return the signals that go on."""
        return tuple(self._signals)

    @property
    def since(self) -> int | None:
        """Return the day of the earliest session whose bars are needed, None where no signal goes on."""
        days = self._located(self._signals)[0]
        return int(days.min()) if days.size else None

    def step(
        self,
        panel: Panel,
        rows: Iterable[Row] = (),
        withdrawn: Iterable[Row] = (),
        *,
        through: int,
        data_version: str = "",
    ) -> list[SignalChanged]:
        """Take what a step of a scan brought; return what changed, which is written by then, and tell of it.

        `panel`: the bars that are new (those that were walked before are passed over). `through`: the instant up to
        which bars are there. `data_version`: what the rows are made of. Raises what the store does; what could not be
        written then is written, and told, with the next step.
        """
        self._heed(self._store.known())
        added = list(rows)
        self._new += self._admitted(added, data_version)
        self._noted += [*self._moved(panel, through), *self._taken_back(withdrawn, added, through)]
        self._drop_ended(set())
        told = self._written()
        for event in told:
            self._tell(event)
        return told

    def _written(self) -> list[SignalChanged]:
        """Write what is to be written; return it as events."""
        refused = {one.key for one in self._store.note(self._new, self._noted)}
        self._drop_ended(refused)
        told = [SignalChanged(str(one.key), "", "active", one.history[0].at) for one in self._new]
        told += self._told(self._noted, refused)
        self._new, self._noted = [], []
        return told

    def rebase(self, factors: Mapping[str, float]) -> None:
        """Bring the prices of symbols to a new basis: 0.5 on the morning of a 2:1 split."""
        self._running.rebase(np.array([factors.get(one.key.symbol, 1.0) for one in self._signals]))

    # rows

    def _admitted(self, rows: Iterable[Row], data_version: str) -> list[Signal]:
        """Return the rows that are signals and not there yet; they go on from here."""
        known, unwritten, made = self._store.known(), {str(one.key) for one in self._new}, list[Signal]()
        for row in sorted(rows, key=lambda row: (row["bar_time"], row["symbol"])):
            if row["direction"] != NONE and row["stop"] is not None:
                made.append(replace(signal_of(row, self._clock, self._series), data_version=data_version))
        made = [one for one in made if str(one.key) not in known and str(one.key) not in unwritten]
        slots = zip(made, self._slots(made), strict=True)
        new = [one for one, slot in slots if self._cooldown.passes(_group(one.key), slot)]
        self._enter(new)
        return new

    def _taken_back(self, withdrawn: Iterable[Row], added: Iterable[Row], through: int) -> list[Noted]:
        """Cancel what was withdrawn before it triggered; what was traded goes on."""
        gone = {str(self._key(row)) for row in withdrawn} - {str(self._key(row)) for row in added}
        active = self._running.status == ACTIVE
        places = [k for k, key in enumerate(self._keys) if active[k] and key in gone] if gone else []
        self._running.cancel(np.array(places, dtype=np.int64), through)
        ended = [self._signals[place] for place in places]
        for one, slot in zip(ended, self._slots(ended), strict=True):
            self._cooldown.forget(_group(one.key), slot)
        change = Change("cancelled", through, "no_trade", WITHDRAWN)
        return [Noted(self._keys[place], change) for place in places]

    # bars

    def _moved(self, panel: Panel, through: int) -> list[Noted]:
        """Walk the signals on; return what changed."""
        running, before = self._running, self._running.status.copy()
        place = {symbol: number for number, symbol in enumerate(panel.symbols)}
        symbol = np.array([place.get(one.key.symbol, -1) for one in self._signals], dtype=np.int64)
        # Of who is not looked at no bars are known: their clock stands until somebody has them.
        running.advance(panel, symbol, np.where(symbol >= 0, through, 0))
        noted = []
        for k in np.flatnonzero(running.status != before):
            noted += [Noted(self._keys[k], change) for change in _changes(running, int(k), before[k])]
        return noted

    def _heed(self, known: Mapping[str, Signal]) -> None:
        """Drop the signals that somebody else has ended."""
        self._drop_ended({key for key in self._keys if key in known and known[key].is_final})

    def _drop_ended(self, ended: set[str]) -> None:
        """Drop the signals that are final, and these."""
        goes_on = np.isin(self._running.status, (ACTIVE, TRIGGERED))
        if goes_on.all() and not ended:
            return
        keep = [k for k, key in enumerate(self._keys) if goes_on[k] and key not in ended]
        self._running.keep(np.array(keep, dtype=np.int64))
        self._signals, self._keys = [self._signals[k] for k in keep], [self._keys[k] for k in keep]

    def _told(self, noted: Iterable[Noted], refused: set[str]) -> list[SignalChanged]:
        told, last = [], dict[str, str]()
        for one in noted:
            before = last.get(one.key) or ("triggered" if one.change.status == "closed" else "active")
            last[one.key] = one.change.status
            if one.key not in refused:
                told.append(SignalChanged(one.key, before, one.change.status, one.change.at, one.change.reason))
        return told

    def _enter(self, signals: Sequence[Signal]) -> None:
        """Let signals run: from their bars, or from their triggers where these are known already."""
        if signals:
            self._running.extend(self._entered(signals))
            self._signals += signals
            self._keys += [str(one.key) for one in signals]

    def _entered(self, signals: Sequence[Signal]) -> Running:
        session, minute = self._located(signals)
        days = zip(signals, session.tolist(), strict=True)
        planned = _planned(signals, np.array([self._basis(one.key.symbol, day) for one, day in days]))
        # The row of a level is that of the bar which trades it: the setup's bar, from which it is walked, lies before.
        mark = self._clock.marks(session, minute) - (planned.kind == LEVEL)
        entered = Running(self._clock, session, mark, planned)
        for place, one in enumerate(signals):
            trigger = one.at("triggered")
            if trigger is not None and trigger.price is not None and trigger.bar is not None:
                price = trigger.price * self._basis(one.key.symbol, int(trigger.bar // MARKS_A_DAY))
                entered.resume(np.array([place]), np.array([price]), np.array([trigger.bar]), trigger.at)
        return entered

    def _mine(self, one: Signal) -> bool:
        clock = Clock(one.key.timeframe, one.hours, one.market)
        return one.key.series == self._series and clock == self._clock

    def _key(self, row: Row) -> SetupKey:
        return key_of(row, self._clock, self._series)

    def _located(self, signals: Sequence[Signal]) -> tuple[Ints, Floats]:
        return self._clock.located(np.array([microseconds(one.key.bar_time) for one in signals], dtype=np.int64))

    def _slots(self, signals: Sequence[Signal]) -> list[int]:
        slots: list[int] = self._clock.slots(*self._located(signals)).tolist()
        return slots


def signal_of(row: Row, clock: Clock, series: str) -> Signal:
    """Return the signal that a row makes, active since the row was known."""
    kind = LEVEL if INTRABAR in row["labels"] else OPEN if row["available_at"] == row["bar_time"] else CLOSE
    since = Change("active", microseconds(row["available_at"]))
    origin = origin_of(row["labels"])
    return Signal(key_of(row, clock, series), clock.hours, clock.market, origin, KINDS[kind], dict(row), (since,))


def key_of(row: Row, clock: Clock, series: str) -> SetupKey:
    """Return a row's key: an intrabar row and the one by which the close confirms it are one setup."""
    return SetupKey(row["scanner"], row["pattern"], row["symbol"], series, clock.timeframe, row["bar_time"])


def _group(key: SetupKey) -> tuple[str, str, str]:
    return key.scanner, key.pattern, key.symbol


def _planned(signals: Sequence[Signal], factor: Floats) -> Planned:
    side = [1 if one.row["direction"] == BUY else -1 for one in signals]
    kind = [KINDS.index(one.kind) for one in signals]
    entry, stop, target1 = (
        np.array([one.row[name] for one in signals], dtype=np.float64) * factor for name in ("entry", "stop", "target1")
    )
    return Planned(np.array(side, dtype=np.int64), np.array(kind, dtype=np.int64), entry, stop, target1)


def _changes(running: Running, k: int, before: int) -> list[Change]:
    """Return what became of one signal in a call, which may be two changes."""
    status, at = int(running.status[k]), int(running.known_at[k])
    if status == EXPIRED:
        return [Change("expired", at, "no_trade", NO_BAR)]
    price, bar = float(running.trigger_price[k]), float(running.triggered_mark[k])
    if status == CANCELLED:
        return [Change("cancelled", at, "no_trade", BEYOND, price, bar)]
    triggered = Change("triggered", int(running.triggered_at[k]), price=price, bar=bar)
    first = [triggered] if before == ACTIVE else []
    if status == TRIGGERED:
        return first
    side, risk = running.side[k], running.risk[k]
    closed = Change(
        STATUSES[status],
        at,
        OUTCOMES[running.outcome[k]],
        price=float(running.exit_price[k]),
        r=float(running.r[k]),
        mae=float((running.worst[k] - side * price) / risk),
        mfe=float((running.best[k] - side * price) / risk),
        bars_held=int(running.held[k]),
    )
    return [*first, closed]
