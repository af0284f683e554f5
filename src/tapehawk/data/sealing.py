"""A session that is over goes from its journal into the store: one append, then the journal is renamed.

Killed in between, the next seal appends nothing (the store keeps equal bars once) and renames. A correction that comes
later reopens the journal and is sealed again as a revision. Sealed journals are kept 90 days, as the store's versions
are, so that a result which names a journal's offset can be recomputed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.errors import TryAgain
from tapehawk.core.instants import datetime_of
from tapehawk.core.sessions import calendar_named
from tapehawk.data.journal import BAR, Bars, Journal, Tape
from tapehawk.data.open_session import Places, frame_of
from tapehawk.data.quality import FINDINGS, check_written
from tapehawk.data.store import append_bars
from tapehawk.data.tables import Appended

DAYS_KEPT: Final = 90


@dataclass(frozen=True, eq=False)
class Sealed:
    """What a seal stored, and what was found about those bars (data/quality/): a missed split is quarantined."""

    stored: Appended
    findings: pl.DataFrame


def seal(root: Path, journal: Journal) -> Sealed:
    """Put a journal's bars into the store, newest revision of each, and rename it; its writer is done with it.

    Raises TryAgain when the disk is full: nothing is lost, the next seal does it.
    """
    journal.sync()
    bars, names = newest_bars(journal.path)
    sealed = Sealed(Appended(0, 0, 0), pl.DataFrame(schema=FINDINGS))
    if bars.size:
        batches = [(journal.about.series, frame_of(bars, names))]
        sealed = Sealed(append_bars(root, batches), check_written(root, batches))
    journal.path.rename(journal.sealed_path)
    journal.close()
    return sealed


def seal_ended(root: Path, now: int) -> dict[Path, Sealed]:
    """Seal every journal of a session that is over (left by a process that died), except those that are being written.

    `now` is µs UTC. Journals sealed more than 90 days ago are removed.
    """
    sealed: dict[Path, Sealed] = {}
    for path in sorted((root / "journal").glob("*/*.journal")):
        tape = Tape(path)
        tape.read_on(most=1)
        if tape.about is None or now < _ends(tape):
            continue
        try:
            journal = Journal(root, tape.about.series, tape.about.session)
        except TryAgain:
            continue  # its writer will
        sealed[path] = seal(root, journal)
    _remove_old(root, now)
    return sealed


@dataclass(frozen=True, eq=False)
class Newest:
    """The newest revision of each bar of a journal, by symbol number and time; the names; how far it was read."""

    bars: Bars
    names: list[str]
    offset: int


def newest(path: Path, until: int | None = None) -> Newest:
    """Read a journal as of byte `until` (None: up to the last whole batch): what a data version's offset stands for."""
    tape = Tape(path)
    parts = [bars for bars, _ in tape.parts(until)]
    if tape.about is None or not parts:
        return Newest(np.empty(0, BAR), tape.names, tape.offset)
    rows = np.concatenate(parts)
    places = Places(calendar_named(tape.about.series.market), tape.about.session, tape.about.series.timeframe)
    symbol = rows["symbol"].astype(np.int64)
    places.put(symbol, places.slot(rows["time"]), np.arange(rows.size))
    found: Bars = rows[places.between(np.arange(len(tape.names)), 0, places.slots)[0]]
    return Newest(found, tape.names, tape.offset)


def newest_bars(path: Path, until: int | None = None) -> tuple[Bars, list[str]]:
    """Return the bars and the names of `newest`."""
    found = newest(path, until)
    return found.bars, found.names


def _ends(tape: Tape) -> int:
    if tape.about is None:
        return 0
    return calendar_named(tape.about.series.market).need_session(tape.about.session).after_hours_close


def _remove_old(root: Path, now: int) -> None:
    oldest = datetime_of(now).date() - dt.timedelta(days=DAYS_KEPT)
    for path in (root / "journal").glob("*/*.sealed"):
        if dt.date.fromisoformat(path.stem) < oldest:
            path.unlink()
