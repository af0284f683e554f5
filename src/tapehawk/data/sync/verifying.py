"""Whether everything came: which sessions had bars, of whom, and which should have had.

A missing minute is no error, a missing session is. A session is missing when *nobody* who was listed has a bar in it; a
step is lost when it brought nothing of a symbol that traded before and after it. A single session without one symbol
among others is a halt as often as a loss: it is counted and told, not refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.errors import NoData, TapehawkError, TryAgain, UnknownName
from tapehawk.core.panel import Flags, Ints
from tapehawk.core.sessions import calendar_named, date_of, day_number
from tapehawk.data.providers.door import Step, Wanted
from tapehawk.data.shapes import session_of

TOLD: Final = 5
"""Dates or symbols that an error names; the others are counted."""
RECENT: Final = 3
"""Days before the last one wanted since when a missing session may still come."""


@dataclass(frozen=True)
class Missing:
    """What should have come and did not.

    `sessions`: of everybody. `lost`: (symbol, first day, last day) of steps without any bar although it was listed.
    `unknown`: symbols that nobody knows. `silent`: known, and without a bar. `halts`: (symbol, session) pairs counted.
    """

    sessions: tuple[dt.date, ...] = ()
    lost: tuple[tuple[str, dt.date, dt.date], ...] = ()
    unknown: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    halts: int = 0

    def error(self, provider: str, wanted: Wanted, known: Iterable[str]) -> TapehawkError | None:
        """Return the error that says so, None when nothing is missing that should be there."""
        if self.unknown:
            return UnknownName("symbol", self.unknown[0], known, place=_place(provider, self.unknown))
        if not self.sessions and not self.lost:
            return None
        said = f"{provider} has no {wanted.timeframe} bars of {self._named()}"
        if self.sessions and min(self.sessions) >= _recent(wanted):
            return TryAgain(
                said, hint="they may not be published yet; run the same command later, it goes on from here"
            )
        hint = "everything else is stored; try later, or take these sessions from another provider"
        return NoData(said, hint=hint)

    def _named(self) -> str:
        several = "s" if len(self.sessions) > 1 else ""
        sessions = [f"{len(self.sessions):,} session{several}: {told(self.sessions)}"] if self.sessions else []
        lost = [f"{symbol} from {start} to {end}" for symbol, start, end in self.lost]
        return " and ".join([*sessions, *([told(lost)] if lost else [])])


class Attendance:
    """Who had bars in which of the wanted sessions; one row of flags per named symbol, one for everybody."""

    def __init__(self, market: str, wanted: Wanted) -> None:
        self._market, self._wanted = market, wanted
        weekly = wanted.timeframe == "1w"  # a week is labelled by one of its sessions: nothing to count
        days = calendar_named(market).sessions_between(wanted.start, wanted.end)
        self.days: Ints = days[:0] if weekly else days
        self._anybody = np.zeros(self.days.size, dtype=np.bool_)
        self._of: dict[str, Flags] = {}
        self._empty: list[Step] = []

    def take(self, steps: Sequence[Step], bars: Sequence[pl.DataFrame]) -> None:
        """Note who had bars in the answers of some steps."""
        named = self._wanted.symbols is not None
        session = session_of(self._wanted.timeframe, self._market).to_physical().cast(pl.Int64).alias("day")
        keys = ["symbol", "day"] if named else ["day"]
        for some in bars:
            seen = some.select("symbol", session).select(keys).unique()
            self._mark(self._anybody, seen["day"].to_numpy())
            if named:
                for (symbol,), rows in seen.partition_by("symbol", as_dict=True).items():
                    self._mark(self._row(str(symbol)), rows["day"].to_numpy())
        if named:
            self._empty += [step for step in steps if not self._attended(step).any()]

    def is_whole(self, step: Step) -> bool:
        """Say whether somebody of a step had bars in every session of it."""
        return bool(self._attended(step).all())

    def trust(self, step: Step, present: Collection[str]) -> None:
        """Take a step that was done before, and checked then, as attended by those who are present in the store."""
        span = self._within(step)
        self._anybody |= span
        for symbol in step.symbols or ():
            if symbol in present:
                row = self._row(symbol)
                row |= span

    def missing(self, listings: pl.DataFrame, stored: Callable[[list[dt.date]], Collection[dt.date]]) -> Missing:
        """Return what should have come. `stored` tells which of some sessions the store has bars of, of anybody wanted.

        `listings` in the store's columns may be empty: then whoever has a bar is listed from the first one on.
        """
        spans = self._spans(listings)
        never = [name for name in self._wanted.symbols or () if name not in self._of]
        known = set(listings["symbol"])
        expected = self._expected(spans, {*never} & known)
        gaps = [date_of(day) for day in self.days[expected & ~self._anybody]]
        there = set(stored(gaps)) if gaps else set()
        return Missing(
            sessions=tuple(day for day in gaps if day not in there),
            lost=tuple(self._lost(spans)),
            unknown=tuple(name for name in never if name not in known),
            silent=tuple(name for name in never if name in known),
            halts=sum(int((span & ~self._row(name)).sum()) for name, span in spans.items() if name in self._of),
        )

    def _expected(self, spans: dict[str, Flags], silent: Collection[str]) -> Flags:
        """Say which sessions somebody wanted was listed in; all of them for the whole market."""
        if self._wanted.symbols is None:
            return np.ones(self.days.size, dtype=np.bool_)
        expected = np.zeros(self.days.size, dtype=np.bool_)
        for name, span in spans.items():
            if name in self._of or name in silent:
                expected |= span
        return expected

    def _spans(self, listings: pl.DataFrame) -> dict[str, Flags]:
        """Return the wanted sessions that each named symbol was listed in, as far as is known."""
        wanted = listings.filter(pl.col("symbol").is_in(list(self._wanted.symbols or ())))
        rows: dict[str, list[tuple[dt.date | None, dt.date | None]]] = {}
        for symbol, first, last in wanted.select("symbol", "first_seen", "last_seen").iter_rows():
            rows.setdefault(symbol, []).append((first, last))
        return {name: self._span(name, rows.get(name, [(None, None)])) for name in self._wanted.symbols or ()}

    def _span(self, name: str, intervals: list[tuple[dt.date | None, dt.date | None]]) -> Flags:
        found = np.zeros(self.days.size, dtype=np.bool_)
        attended = self.days[self._of.get(name, found)]
        begins = attended.min() if attended.size else self.days.min(initial=0)
        for first, last in intervals:
            low = begins if first is None else day_number(first)
            high = day_number(last) if last else np.iinfo(np.int64).max
            found |= (self.days >= low) & (self.days <= high)
        return found

    def _lost(self, spans: dict[str, Flags]) -> Iterable[tuple[str, dt.date, dt.date]]:
        """Yield the empty steps of a symbol that has bars on both sides of it."""
        for step in self._empty:
            for name in step.symbols or ():
                row = self._of.get(name)
                if row is None or not (row & spans[name]).any():
                    continue
                attended = self.days[row]
                if attended.min() < day_number(step.start) and attended.max() > day_number(step.end):
                    yield name, step.start, step.end

    def _attended(self, step: Step) -> Flags:
        """Return which sessions of a step somebody of it had bars in."""
        within = self._within(step)
        if self._wanted.symbols is None or step.symbols is None:
            return self._anybody[within]
        found = np.zeros(int(within.sum()), dtype=np.bool_)
        for symbol in step.symbols:
            if symbol in self._of:
                found |= self._of[symbol][within]
        return found

    def _within(self, step: Step) -> Flags:
        return (self.days >= day_number(step.start)) & (self.days <= day_number(step.end))

    def _row(self, symbol: str) -> Flags:
        return self._of.setdefault(symbol, np.zeros(self.days.size, dtype=np.bool_))

    def _mark(self, flags: Flags, days: Ints) -> None:
        places = np.searchsorted(self.days, days)
        inside = (places < self.days.size) & np.isin(days, self.days)
        flags[places[inside]] = True


def told(what: Collection[object]) -> str:
    """Name the first few of something and count the others."""
    names = [str(one) for one in what]
    more = len(names) - TOLD
    return ", ".join(names[:TOLD]) + (f" and {more:,} more" if more > 0 else "")


def _recent(wanted: Wanted) -> dt.date:
    return wanted.end - dt.timedelta(days=RECENT)


def _place(provider: str, unknown: Collection[str]) -> str:
    return provider if len(unknown) == 1 else f"{provider}; also {told(list(unknown)[1:])}"
