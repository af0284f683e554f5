"""Intrabar triggers: a price that crosses the level of a completed setup before the bar has closed.

    a bar closes ──► which symbols are armed in the next one, and at what level (`core/trigger.py`)
    minutes of that bar ──► the first one beyond the level: a row marked `intrabar`, its entry the level
    the bar closes ──► the setup's own conditions: the row of the close confirms it, or it is withdrawn

Minutes judge it the same way as they come and in stored history, by one function: `first_beyond`. Such a row is known
(`available_at`) when that minute has closed.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from dataclasses import replace
from typing import Final

import numpy as np

from tapehawk.core.instants import rfc3339
from tapehawk.core.live import Live
from tapehawk.core.panel import PRICES_AND_VOLUME, Flags, Ints, Panel
from tapehawk.core.scanner import AT_OPEN, BUY, Scanner, Setup, setups_for
from tapehawk.core.search import Watch
from tapehawk.core.signals import Risk, signal_columns
from tapehawk.core.slower import MINUTES
from tapehawk.core.watch import Found
from tapehawk.scan.buckets import Buckets
from tapehawk.scan.hit_table import HitTable, Key, Row, key_of, rows_and_events
from tapehawk.scan.rows import MINUTE_US
from tapehawk.scan.session_rows import Changes, Rows, differences

_AS_TRADED: Final = tuple(f"raw.{name}" for name in PRICES_AND_VOLUME)
INTRABAR: Final = "intrabar"
"""The label of a row that a price within its bar has made and the close has not judged yet."""


def is_intrabar(row: Row) -> bool:
    """Say whether a row waits for the close of its bar."""
    return INTRABAR in row["labels"]


def judged(row: Row, closed: Container[Key]) -> Row:
    """Return a trigger with what the close said: `confirmed`, that its bar is among those with a row of their own."""
    return {**row, "confirmed": key_of(row) in closed}


def confirmed(added: Iterable[Row], withdrawn: Iterable[Row]) -> list[Row]:
    """Return the rows of a close, among those that are new, that bear out triggers which it ends."""
    ended = {key_of(row) for row in withdrawn if is_intrabar(row)}
    return [row for row in added if not is_intrabar(row) and key_of(row) in ended]


def armed_watch(scanner: Scanner, timeframe: str) -> Watch | None:
    """Return what arms a scanner's triggers, None where it has none: as known before a bar opens, entry the level."""
    setups = tuple(_armed(one) for one in setups_for(scanner, timeframe) if one.trigger is not None)
    universe = {name: x[1] for name, x in scanner.universe().items()}
    return Watch(scanner.type(), universe, setups, tuple(map(signal_columns, setups))) if setups else None


def _armed(setup: Setup) -> Setup:
    trigger = setup.trigger
    if trigger is None:
        raise ValueError(setup.pattern)
    return replace(
        setup,
        when=trigger.when,
        entry=trigger.level,
        stop=trigger.stop,
        score=None if setup.score is None else setup.score[1],
        show={name: x[1] for name, x in setup.show.items()},
        known=AT_OPEN,
        trigger=None,
    )


def first_beyond(found: Found, minutes: Panel, first: Ints, last: Ints) -> Ints:
    """Return of each armed setup the place of the first of its minutes, first … last - 1, beyond its level; -1 none."""
    buying = found.setup.direction is BUY
    price, sign = minutes.columns["high" if buying else "low"], 1.0 if buying else -1.0
    counts = np.maximum(last - first, 0)
    owner = np.repeat(np.arange(counts.size), counts)
    place = np.arange(owner.size) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    beyond = np.flatnonzero(sign * price[place] > sign * found.columns["entry"][owner])
    who, at = np.unique(owner[beyond], return_index=True)
    crossed = np.full(counts.size, -1, dtype=np.int64)
    crossed[who] = place[beyond[at]]
    return crossed


def crossed_rows(found: Found, bars: Panel, minutes: Panel, crossed: Ints, risk: Risk) -> list[Row]:
    """Return the rows of those armed setups that a price has crossed; `bars`: what `found` is places in."""
    which = np.flatnonzero(crossed >= 0)
    if not which.size:
        return []
    columns = {name: column[which] for name, column in found.columns.items()}
    began = np.ones(which.size, dtype=bool)
    mine = replace(found, symbol=found.symbol[which], bar=found.bar[which], began=began, columns=columns)
    hits = HitTable.of_found(mine, bars, np.arange(len(bars.symbols))).hits(bars, risk)
    known = minutes.time[crossed[which[hits.which]]] + MINUTES[minutes.timeframe] * MINUTE_US
    rows, _ = rows_and_events(hits.columns)
    return [
        {**row, "available_at": rfc3339(at), "labels": [*row["labels"], INTRABAR]}
        for row, at in zip(rows, known.tolist(), strict=True)
    ]


class Intrabar:
    """The triggers of some scanners in the bar that is forming. `rows`: those that a price has crossed so far.

    Its `live` goes on with every bar that closes, as the scanners' own does. `admit` says which scanners' triggers
    count, by the start of their bars; None: all do.
    """

    def __init__(self, watches: Iterable[Watch], like: Panel, buckets: Buckets, risk: Risk, *, threads: int) -> None:
        self.live, self._like, self._risk = Live(watches, like, threads=threads), like, risk
        self._buckets = buckets
        self.admit: Callable[[str, Ints], Flags] | None = None
        self.rows: dict[Key, Row] = {}
        self.armed, self._armed, self._forming = False, list[Found](), like

    def arm(self, done: int) -> None:
        """Arm what can be in the bar behind place `done` of the session, whose own prices are not asked for."""
        self.armed, count = True, len(self._like.symbols)
        start, minute = self._buckets.forming(done)
        if minute is None:
            self._armed = []
            return
        columns = {name: np.ones(count) for name in (*PRICES_AND_VOLUME, *_AS_TRADED)}
        columns |= {"session": np.full(count, float(self._buckets.day)), "minute": np.full(count, minute)}
        time = np.full(count, start, dtype=np.int64)
        self._forming = replace(self._like, starts=np.arange(count + 1), time=time, columns=columns)
        self._armed = [one for one in self.live.ahead(self._forming) if self._counts(one.scanner, time[:1])]

    def see(self, minutes: Panel) -> Changes:
        """Take the minutes so far of the bar that is forming, of every symbol; return what that changes."""
        rows = [row for one in self._armed for row in self._crossed(one, minutes)]
        before, self.rows = self.rows, {key_of(row): row for row in rows}
        return differences(Rows(before), Rows(self.rows))

    def judged(self) -> Changes:
        """Take all of them back: the bar has closed, and its own rows say which were right."""
        before, self.rows = self.rows, {}
        return Changes(withdrawn=list(before.values()))

    def _counts(self, scanner: str, start: Ints) -> bool:
        return self.admit is None or bool(self.admit(scanner, start).all())

    def _crossed(self, found: Found, minutes: Panel) -> list[Row]:
        first, last = minutes.starts[found.symbol], minutes.starts[found.symbol + 1]
        return crossed_rows(found, self._forming, minutes, first_beyond(found, minutes, first, last), self._risk)
