"""From signals that scans find for all to each user's own: whose they are, and sized for their account.

    log of a parameter set ──read on from where it was brought to──► whose? ──sized──► of(user).signals
                                                                 └─► what became of them ► everybody's of that book

The log is the queue: how far it was brought to users is written in the transaction that brings it, so that a database
which goes away, or a process which is killed, loses nothing and gives nothing twice.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any, Final

from tapehawk.app.asking import CRYPTO
from tapehawk.app.live_asked import USUAL
from tapehawk.core.errors import TapehawkError
from tapehawk.core.events import Event, UserSignal
from tapehawk.core.signal_record import ORIGINS, Signal
from tapehawk.core.signals import Risk, resized
from tapehawk.data.signal_log import SignalLog, Since
from tapehawk.records.database import Database
from tapehawk.records.plain import plain
from tapehawk.records.records import Records
from tapehawk.records.signal_rows import shown
from tapehawk.scan.phases import Enabled
from tapehawk.scan.rows import CRYPTO_LOT

AT_ONCE: Final = 10_000
"""Rows that one transaction brings at most: others who write wait no longer than that takes."""
BEFORE: Final = 60_000_000
"""What was known so many microseconds before somebody started is theirs too: the last bar may not be scanned yet."""
_FOLDER: Final = "parameter_sets"
_log = logging.getLogger("tapehawk.live")


@dataclass(frozen=True)
class Recipient:
    """Who is given signals. `book`: of which parameter set; `since`: known from then on, µs UTC; `among`: None for all.

    `on`: by market, the scanners in each phase that are theirs.
    """

    user_id: uuid.UUID
    book: str
    since: int
    risk: Risk
    among: frozenset[str] | None
    on: Mapping[str, Enabled]

    def wants(self, one: Signal) -> bool:
        """Say whether a signal is theirs."""
        return (
            one.history[0].at >= self.since - BEFORE
            and (self.among is None or one.key.symbol in self.among)
            and one.key.scanner in self.on.get(one.market, {}).get(one.row["phase"], ())
        )

    def sized(self, signals: Sequence[Signal]) -> list[Signal]:
        """Return signals as their account would trade them."""
        lots = [CRYPTO_LOT if one.market == CRYPTO else 1.0 for one in signals]
        rows = {lot: iter(resized(_rows(signals, lots, lot), self.risk, lot)) for lot in set(lots)}
        return [replace(one, row=next(rows[lot])) for one, lot in zip(signals, lots, strict=True)]


def folder_of(store: Path, book: str) -> Path:
    """Return where the signals of a parameter set are, and what was told of it."""
    return store if book == USUAL else store / _FOLDER / book


def books(store: Path) -> list[str]:
    """List the parameter sets that ever had a log."""
    return [USUAL, *sorted(path.name for path in (store / _FOLDER).glob("*") if path.is_dir())]


@dataclass
class Giving:
    """Brings what is in the logs of a store to users. `say`: tells them; `trouble`: why it waits, if it does.

    `recipients`: who is given signals, as the transaction that gives them sees it: who has changed what they want is
    given nothing of what they wanted before.
    """

    database: Database
    store: Path
    say: Callable[..., None]
    recipients: Callable[[Records], Sequence[Recipient]]
    trouble: str = ""
    given: int = 0
    _logs: dict[tuple[str, str], SignalLog] = field(default_factory=dict)
    _brought: dict[tuple[str, str], int] = field(default_factory=dict)
    _one: Lock = field(default_factory=Lock)

    def bring(self) -> None:
        """Bring everything there is; what the database does not take now is brought the next time."""
        with self._one:
            try:
                for book in books(self.store):
                    for origin in ORIGINS:
                        self._bring_log(book, origin)
                self.trouble = ""
            except TapehawkError as error:
                self.trouble = error.message
                _log.warning("signals wait for the database", extra={"reason": error.message})

    def _bring_log(self, book: str, origin: str) -> None:
        name = (book, origin)
        log = self._logs.setdefault(name, SignalLog(folder_of(self.store, book), origin))
        while log.path.exists() and log.path.stat().st_size > self._brought.get(name, -1):
            before = self._brought.get(name)
            said = self._brought_on(log, name)
            self.say(*said)
            self.given += len(said)
            if self._brought[name] == before:  # its last line is not whole yet
                return

    def _brought_on(self, log: SignalLog, name: tuple[str, str]) -> list[Event]:
        """Bring the next lines of a log; return what is told of it, which is on record by then."""
        book, origin = name
        label = f"{book or 'usual'}/{origin}"
        with self.database.write() as records:
            mine = [one for one in self.recipients(records) if one.book == book]
            read = log.since(records.live_desks.brought(label), max(1, AT_ONCE // max(1, len(mine))))
            changed = {row["id"]: row for row in records.signals.follow(read.signals, book)}
            for who, signals in _shares(read, mine):
                changed |= {row["id"]: row for row in records.of(who).signals.give(signals, book)}
            records.live_desks.bring(label, read.offset)
        self._brought[name] = read.offset
        return [UserSignal(str(row["user_id"]), plain(shown(row))) for row in changed.values()]


def _shares(read: Since, recipients: Sequence[Recipient]) -> Iterator[tuple[uuid.UUID, list[Signal]]]:
    """Yield each user with the new signals that are theirs."""
    new = [one for one in read.signals if str(one.key) in read.new]
    for who in recipients:
        mine = [one for one in new if who.wants(one)]
        if mine:
            yield who.user_id, who.sized(mine)


def _rows(signals: Sequence[Signal], lots: Sequence[float], lot: float) -> list[Mapping[str, Any]]:
    return [one.row for one, its in zip(signals, lots, strict=True) if its == lot]
