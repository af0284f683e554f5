"""The stored bars of one series, played to a live scan before its session begins.

Only that series: bars of another feed or volume scope are never put before it. Where it has none, what needs history is
null, and a note says why. Bars are read a few sessions at a time, so that memory stays small however long the history.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from tapehawk.core.errors import NoData
from tapehawk.core.panel import PRICES_AND_VOLUME, Panel
from tapehawk.core.series import Series
from tapehawk.core.sessions import calendar_named, date_of
from tapehawk.core.timeframes import bars_in_session
from tapehawk.data.actions import splits_in
from tapehawk.data.building import panel_of, trusted_bars
from tapehawk.data.quarantine import lacking, left_out_before, quarantined
from tapehawk.data.resampling import slower_panel
from tapehawk.data.store import Stored, read_actions, read_bars, stored_series
from tapehawk.data.versions import NOTHING, data_version

AT_ONCE: Final = 4_000_000  # bars


@dataclass(frozen=True)
class Past:
    """What is stored of a series before a session, for some symbols (sorted), within some hours.

    Prices are adjusted for the splits up to the session itself. `slower`: the timeframe of the bars that are scanned,
    where those of the series are folded to it; None scans them as they are.
    """

    root: Path
    series: Series
    session: dt.date
    symbols: tuple[str, ...]
    hours: str = "regular"
    slower: str | None = None

    @property
    def timeframe(self) -> str:
        """Return the timeframe of the bars that are scanned."""
        return self.slower or self.series.timeframe

    def on(self, session: dt.date) -> Past:
        """Return what comes before another session."""
        return replace(self, session=session)

    @property
    def version(self) -> str:
        """Return the data version, NOTHING when nothing at all is stored on this timeframe."""
        try:
            return data_version(self.root, self.series.timeframe)
        except NoData:
            return NOTHING

    @property
    def split(self) -> bool:
        """Say whether any split changes earlier prices: then bars show prices as traded beside the adjusted ones."""
        return bool(splits_in(read_actions(self.root), as_of=self.session)) and self.series.market == "us"

    def splits_on_the_day(self) -> bool:
        """Say whether any split takes effect on the session itself."""
        return any(
            date_of(one.ex_day) == self.session for one in splits_in(read_actions(self.root), as_of=self.session)
        )

    def empty(self) -> Panel:
        """Return a panel of the symbols without a bar."""
        names = (*PRICES_AND_VOLUME, "session", "minute")
        return Panel(
            symbols=self.symbols,
            starts=np.zeros(len(self.symbols) + 1, dtype=np.int64),
            time=np.empty(0, dtype=np.int64),
            columns={name: np.empty(0) for name in names},
            timeframe=self.timeframe,
            hours=self.hours,
            calendar=self.series.market,
            labels=(*self.series.labels, *([f"made of {self.series.timeframe} bars"] if self.slower else [])),
            data_version=self.version,
        )

    def of_bars(self, panel: Panel) -> Panel:
        """Return closed bars of the series, of some of the symbols, as those that are scanned."""
        return slower_panel(panel, self.slower, closed=True) if self.slower and panel.n_bars else panel

    def panels(self, since: dt.date | None = None) -> Iterator[Panel]:
        """Yield the bars of the sessions before (from a date on), oldest first, every panel with all the symbols."""
        mine = [one for one in self._stored() if one.series.id == self.series.id]
        if not mine:
            return
        calendar = calendar_named(self.series.market)
        first_day = max(_date(mine[0].first), since or dt.date.min)
        days = calendar.sessions_between(first_day, self.session - dt.timedelta(days=1))
        each = len(self.symbols) * bars_in_session(self.series.timeframe, self.hours, self.series.market)
        count, split, make = max(1, AT_ONCE // each), self.split, self._made()
        for first in range(0, days.size, count):
            between = (date_of(days[first]), date_of(days[min(first + count, days.size) - 1]))
            try:
                panel = make(read_bars(self.root, self.series, symbols=self.symbols, sessions=between))
            except NoData:  # none within these hours
                continue
            yield spread(self.of_bars(panel), self.symbols, split=split)

    def _made(self) -> Callable[[pl.DataFrame], Panel]:
        """Return what makes a panel of stored bars: without what is quarantined, adjusted up to the session."""
        actions, missed = read_actions(self.root), quarantined(self.root, self.series)
        before, lacks = left_out_before(missed.filter(pl.col("date") <= self.session), actions), lacking(missed)

        def made(bars: pl.DataFrame) -> Panel:
            good, _ = trusted_bars(bars, self.series, before)
            return panel_of(good, self.series, hours=self.hours, actions=actions, as_of=self.session, missed=lacks)

        return made

    def notes(self) -> list[str]:
        """Say which stored bars are not put before this series' own, and what is null for that reason."""
        stored = self._stored()
        mine = [f"{_date(one.first)}" for one in stored if one.series.id == self.series.id]
        others = [one.series.id for one in stored if one.series.id != self.series.id]
        if not others:
            return []
        since = f"begins on {mine[0]}" if mine else "has no history"
        return [
            f"{self.series.id} {since}; {', '.join(others)} are other feeds and not joined: what needs more is null"
        ]

    def _stored(self) -> list[Stored]:
        try:
            return stored_series(self.root, self.series.timeframe, market=self.series.market)
        except NoData:
            return []


def spread(panel: Panel, symbols: tuple[str, ...], *, split: bool) -> Panel:
    """Return the panel's bars with all the symbols (sorted, its own among them), prices as traded beside if `split`."""
    counts = np.zeros(len(symbols) + 1, dtype=np.int64)
    counts[np.searchsorted(np.array(symbols), np.array(panel.symbols)) + 1] = np.diff(panel.starts)
    raw = {f"raw.{name}": panel.columns.get(f"raw.{name}", panel.columns[name]) for name in PRICES_AND_VOLUME}
    columns = {**panel.columns, **(raw if split else {})}
    return replace(panel, symbols=symbols, starts=np.cumsum(counts), columns=columns)


def _date(instant: dt.datetime) -> dt.date:
    return instant.date()
