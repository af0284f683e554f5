"""The sessions that a feed is receiving: usually one; a second when a correction of an older one comes in.

Bars are sorted into their sessions, upserted there (`open_session.py`) and counted; each session has its watermark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.series import Series
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.data.open_session import OpenSession, Taken, bars_of
from tapehawk.data.providers.door import StreamBar
from tapehawk.data.watermark import Watermark

BUSY_BARS: Final = 10
BUSY_SYMBOLS: Final = 3
"""A market is busy when each of so many bars of the session came for so many symbols."""


@dataclass(eq=False)
class Running:
    """A session that is being received. `complete`: history has been asked for all of it."""

    bars: OpenSession
    watermark: Watermark
    complete: bool = False


class Receiving:
    """Takes bars of any session of one series. `current` is the newest; `counts`: see `LiveFeed`."""

    def __init__(self, root: Path, series: Series, expected: int, grace: int) -> None:
        self._root, self._series, self._expected, self._grace = root, series, expected, grace
        self._calendar = calendar_named(series.market)
        self.running: dict[int, Running] = {}
        self.current: Running | None = None
        self.counts: Counter[str] = Counter()
        self._latest, self._held, self._hole = -1, 0, 0

    def take(self, bars: Sequence[StreamBar]) -> list[StreamBar]:
        """Journal the final ones; return those, in their order, that say something new, then those still forming."""
        final = [bar for bar in bars if bar.final]
        days, _ = self._calendar.locate(np.array([bar.time for bar in final], dtype=np.int64), "extended")
        news: list[StreamBar] = []
        for day in np.unique(days).tolist():
            among = final if (days == day).all() else [final[at] for at in np.flatnonzero(days == day)]
            if day < 0:
                self.counts["refused: outside the session"] += len(among)
                continue
            session = self._session(day)
            taken = session.bars.take(among)
            self._count(taken, session)
            session.watermark.heard(max(bar.time for bar in among))
            step = session.bars.places.step
            self.counts["before their close"] += sum(0 < bar.received < bar.time + step for bar in among)
            news += [among[at] for at in taken.which]
        return news + [bar for bar in bars if not bar.final and not self._knows(bar)]

    def fill(self, bars: pl.DataFrame, now: int) -> Iterator[StreamBar]:
        """Upsert bars from history; return those that say something new."""
        days, _ = self._calendar.locate(bars["time"].to_physical().to_numpy(), "extended")
        news: list[Iterator[StreamBar]] = []
        for day in np.unique(days[days >= 0]).tolist():
            session = self._session(day)
            taken = session.bars.fill(bars.filter(pl.Series(days == day)), now)
            self._count(taken, session)
            self.counts["filled"] += taken.which.size
            news.append(bars_of(taken.rows, list(session.bars.journal.numbers)))
        return chain.from_iterable(news)

    def regular(self, bars: Sequence[StreamBar]) -> list[StreamBar]:
        """Return those of some bars that lie in regular hours."""
        days, _ = self._calendar.locate(np.array([bar.time for bar in bars], dtype=np.int64), "regular")
        return [bar for bar, day in zip(bars, days.tolist(), strict=True) if day >= 0]

    def hold(self, since: int) -> None:
        """Let every watermark stand at an instant, those of sessions to come too."""
        self._held = since
        for session in self.running.values():
            session.watermark.hold(since)

    def filled(self, until: int) -> None:
        """Let the watermarks go on: whatever closed by then is explained."""
        self._held = 0
        for session in self.running.values():
            session.watermark.filled(until)

    def move(self, now: int) -> None:
        """Move the watermarks as far as they can."""
        for session in self.running.values():
            session.watermark.move(session.bars.arrived, self._expected, now)

    def hole(self) -> int | None:
        """Return since when no symbol had a bar before the newest one, though just before that several always had.

        A line that is open and silent looks like a market in which nobody trades; this one traded. Told once.
        """
        if self.current is None:
            return None
        arrived, places = self.current.bars.arrived, self.current.bars.places
        some = np.flatnonzero(arrived)
        if some.size < 2 or some[-1] == some[-2] + 1:
            return None
        first, since = int(some[-2]) + 1, places.begins + (int(some[-2]) + 1) * places.step
        busy = first >= BUSY_BARS and arrived[first - BUSY_BARS : first].min() >= BUSY_SYMBOLS
        if not busy or since <= self._hole:
            return None
        self._hole = since
        return since

    def remove(self, day: int) -> OpenSession:
        """Forget a session; its journal is the caller's."""
        session = self.running.pop(day)
        if self.current is session:
            self.current = None
        return session.bars

    def close(self) -> None:
        """Let go of the journals."""
        for session in self.running.values():
            session.bars.close()
        self.running = {}

    def _session(self, day: int) -> Running:
        """Return the session of a day, opening its journal with the first bar of it."""
        if day not in self.running:
            bars = OpenSession(self._root, self._series, date_of(day))
            places = bars.places
            mark = Watermark(places.begins, places.ends, places.step, length=places.length, grace=self._grace)
            self.running[day] = Running(bars, mark)
            if self._held:
                mark.hold(self._held)
            if day > self._latest:  # not a correction of a session that is over
                self._latest, self.current = day, self.running[day]
        return self.running[day]

    def _knows(self, bar: StreamBar) -> bool:
        return self.current is not None and self.current.bars.knows(bar)

    def _count(self, taken: Taken, session: Running) -> None:
        behind = session.bars.places.closed(session.watermark.at)
        self.counts["late"] += int(taken.arrived[:behind].sum())
        self.counts.update(new=taken.new, revised=taken.revised, duplicate=taken.duplicate, outdated=taken.outdated)
        self.counts.update({f"refused: {reason}": count for reason, count in taken.refused.items() if count})
