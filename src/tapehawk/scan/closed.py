"""The last closed bar of every symbol at an instant, when it closed, and how far it is behind the market.

Whether a bar has closed is a matter of the calendar, not of what is stored: an intraday bar closes after its length or
with its session, a daily one with its session, a weekly one with the last session of its week. So a bar that is still
forming, however it came into the store, is never the last closed one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from tapehawk.analysis.part import LATE_SESSIONS
from tapehawk.core.panel import Floats, Ints, Panel
from tapehawk.core.session_table import MINUTE
from tapehawk.core.sessions import Calendar, calendar_named, date_of
from tapehawk.core.slower import MINUTES
from tapehawk.scan.question import monday_of

Keys: TypeAlias = Ints | Floats


@dataclass(frozen=True, eq=False)
class Closed:
    """A panel's bars that have closed. `ends`: for each symbol the place behind its last one in the panel."""

    panel: Panel
    ends: Ints

    @classmethod
    def at(cls, panel: Panel, instant: int) -> Closed:
        """Return the bars of a panel that have closed at an instant (µs UTC)."""
        ends = _behind(_key(panel), panel.starts[:-1], panel.starts[1:], np.array(first_open(panel, instant)))
        return cls(panel, ends)

    @cached_property
    def place(self) -> dict[str, int]:
        """Symbol → its place in the panel."""
        return {symbol: place for place, symbol in enumerate(self.panel.symbols)}

    @cached_property
    def newest(self) -> int | None:
        """The newest closed bar of all, as a place in the panel; None where none has closed."""
        last = self.ends[self.ends > self.panel.starts[:-1]] - 1
        return int(last[np.argmax(self.panel.time[last])]) if last.size else None

    @property
    def current(self) -> str | None:
        """A symbol that has the newest closed bar, None where no bar has closed."""
        return None if self.newest is None else self.panel.symbols[self._place_of(self.newest)]

    @cached_property
    def until(self) -> int | None:
        """When the newest closed bar closed, µs UTC."""
        return None if self.newest is None else int(closes_of(self.panel, np.array([self.newest]))[0])

    def why_none(self, symbol: str) -> str | None:
        """Say why a symbol has no closed bar, None where it has one."""
        place = self.place.get(symbol)
        if place is None:
            return f"no {self.panel.timeframe} bars of {symbol} are stored"
        if self.ends[place] == self.panel.starts[place]:
            return f"no {self.panel.timeframe} bar of {symbol} has closed"
        return None

    def behind(self, places: Ints, instant: int) -> Ints:
        """Count the sessions since each symbol's last closed bar that had one to close by an instant (µs UTC)."""
        calendar = calendar_named(self.panel.calendar)
        due = int(np.searchsorted(calendar.date, due_session(self.panel, instant)))
        own = _label(self.panel, self.panel.columns["session"][self.ends[places] - 1].astype(np.int64), calendar)
        return np.maximum(due - np.searchsorted(calendar.date, own), 0)

    def lag(self, instant: int) -> int:
        """Count the sessions since the newest closed bar of all that had one to close by an instant (µs UTC)."""
        return 0 if self.newest is None else int(self.behind(np.array([self._place_of(self.newest)]), instant)[0])

    def why_late(self, place: int, behind: int) -> str | None:
        """Say why a symbol's last closed bar says nothing of today; None where it does."""
        if behind < LATE_SESSIONS:
            return None
        panel, symbol = self.panel, self.panel.symbols[place]
        last = date_of(int(panel.columns["session"][self.ends[place] - 1]))
        why = "halted, or late in the data" if symbol in panel.stale else "delisted, or gone from the data"
        return f"no {panel.timeframe} bar of {symbol} since {last}, for {behind} sessions: {why}"

    def _place_of(self, bar: int) -> int:
        return int(np.searchsorted(self.panel.starts, bar, side="right")) - 1


def ends_at(panel: Panel, places: Ints, instants: Ints) -> Ints:
    """Return for some symbols the place behind the last bar of each that had closed at an instant of its own."""
    moments, place = np.unique(instants, return_inverse=True)
    bounds = np.array([first_open(panel, one) for one in moments.tolist()], dtype=np.int64)
    return _behind(_key(panel), panel.starts[places], panel.starts[places + 1], bounds[place])


def first_open(panel: Panel, instant: int) -> int:
    """Return the first value of a panel's key (`time`, on daily and weekly bars `session`) that has not closed."""
    calendar = calendar_named(panel.calendar)
    opens, closes = _edges(panel, calendar)
    over = int(np.searchsorted(closes, instant, side="right"))  # sessions that have ended
    if panel.timeframe in MINUTES:
        trading = over < opens.size and opens[over] <= instant
        return instant - MINUTES[panel.timeframe] * MINUTE + 1 if trading else instant
    day = int(calendar.date[min(over, calendar.date.size - 1)])
    return monday_of(day) if panel.timeframe == "1w" else day


def due_session(panel: Panel, instant: int) -> int:
    """Return the day of the last session (on weekly bars the Monday of the last week) with a bar closed by then."""
    calendar = calendar_named(panel.calendar)
    bound = first_open(panel, instant)
    if panel.timeframe == "1w":
        return int(calendar.date[np.searchsorted(calendar.date, bound - 7)])
    starts = _edges(panel, calendar)[0] if panel.timeframe in MINUTES else calendar.date
    return int(calendar.date[max(int(np.searchsorted(starts, bound)) - 1, 0)])


def closes_of(panel: Panel, bars: Ints) -> Ints:
    """Return when some bars of a panel close, µs UTC. A stray bar of a day without a session has the next one's."""
    calendar = calendar_named(panel.calendar)
    closes, session = _edges(panel, calendar)[1], panel.columns["session"][bars].astype(np.int64)
    if panel.timeframe == "1w":
        row = np.searchsorted(calendar.date, _mondays(session) + 7) - 1
    else:
        row = np.minimum(np.searchsorted(calendar.date, session), closes.size - 1)
    ends: Ints = closes[row]
    if panel.timeframe in MINUTES:
        ends = np.minimum(panel.time[bars] + MINUTES[panel.timeframe] * MINUTE, ends)
    return ends


def _behind(key: Keys, low: Ints, high: Ints, bound: Ints) -> Ints:
    """Return where in each stretch low … high - 1 of a rising key its bound stands: behind whatever is less."""
    low, high = low.copy(), high.copy()
    while (looking := low < high).any():
        middle = (low + high) // 2
        less = looking & (key[np.minimum(middle, key.size - 1)] < bound)
        low, high = np.where(less, middle + 1, low), np.where(less | ~looking, high, middle)
    return low


def _key(panel: Panel) -> Keys:
    return panel.time if panel.timeframe in MINUTES else panel.columns["session"]


def _edges(panel: Panel, calendar: Calendar) -> tuple[Ints, Ints]:
    """Return the sessions' opens and closes: of the panel's hours for intraday bars, else the regular ones."""
    if panel.timeframe in MINUTES and panel.hours == "extended":
        return calendar.premarket_open, calendar.after_hours_close
    return calendar.open, calendar.close


def _label(panel: Panel, session: Ints, calendar: Calendar) -> Ints:
    """Return the day that stands for each session: itself, on weekly bars the first session of its week."""
    if panel.timeframe != "1w":
        return session
    first: Ints = calendar.date[np.searchsorted(calendar.date, _mondays(session))]
    return first


def _mondays(days: Ints) -> Ints:
    return days - (days + 3) % 7  # day 0 was a Thursday
