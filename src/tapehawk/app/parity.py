"""Joining the parts for parity: a stored day through the live path, and the same day's scan over history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from tapehawk.app.asking import Asked, desk, questions, scanners_named
from tapehawk.app.beats import REPLAYED, Beat, LiveTold, Watched
from tapehawk.app.live import replay
from tapehawk.app.settings import Settings
from tapehawk.core.panel import PRICES_AND_VOLUME
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.data.arrivals import arrivals
from tapehawk.data.as_known import as_known
from tapehawk.data.open_session import MINUTE_US
from tapehawk.data.store import read_actions, read_bars
from tapehawk.scan.bar_oddities import Oddity, oddities
from tapehawk.scan.events import events_among
from tapehawk.scan.hit_table import key_of
from tapehawk.scan.parity import Parity, Standing, explained, pairs_that_differ
from tapehawk.scan.session_limits import Row
from tapehawk.scan.watching import ranks, watch_for

EVENT: Final = "event"
"""The column that says whether a row became true at its bar."""


def parity(known: Settings, asked: Asked, day: dt.date, *, on_step: Callable[[str], None]) -> Parity:
    """Replay a stored day live and compare what it says with the scan of that day over history: hits, and events.

    A day that was received live is replayed as it came, with its late and revised bars. Scanners that the settings
    switch off in some phase are on in all of them, as they are in history.

    Raises what `replay` does, and NoData where none of its bars are within the hours asked for.
    """
    asked = replace(asked, scanners=scanners_named(asked.scanners, asked.timeframe, known.scanners))
    heard = _Heard()
    with TemporaryDirectory(prefix="tapehawk-parity-") as scratch:
        on_step(f"replaying {day}")
        replay(known, asked, day, heard.told, journals=Path(scratch), as_came=True)
        on_step(f"scanning {day} over history")
        live, historical = heard.rows(), _historical(known, asked, day)
        differing = pairs_that_differ(historical, live)
        odd = _oddities(known, heard.series, Path(scratch), day) if differing else []
    differences = explained(differing, odd, _among_others(known, asked) if differing else ())
    return Parity(day, len(historical), len(live), differences)


class _Heard:
    """Listens to a replay; rows are kept without the label that says that they come from one."""

    def __init__(self) -> None:
        self._standing, self._events = Standing(), Standing()
        self.series = Series("", "")

    def rows(self) -> list[Row]:
        """Return the rows that stand, and of each whether it is an event."""
        events = set(map(key_of, self._events.rows()))
        return [{**row, EVENT: key_of(row) in events} for row in self._standing.rows()]

    @property
    def told(self) -> LiveTold:
        return LiveTold(self._start, self._beat)

    def _start(self, watched: Watched) -> None:
        self.series = watched.series

    def _beat(self, beat: Beat) -> None:
        self._standing.hear(map(_as_in_history, beat.added), map(_as_in_history, beat.withdrawn))
        self._events.hear(map(_as_in_history, beat.events), map(_as_in_history, beat.retracted))


def _as_in_history(row: Row) -> Row:
    return {**row, "labels": [label for label in row["labels"] if label != REPLAYED]}


def _historical(known: Settings, asked: Asked, day: dt.date) -> list[Row]:
    """Return the rows of every bar of the day, as a range of that one day has them, and of each whether it is an event.

    Bars are adjusted as on the day itself.
    """
    ranged, at = questions(known, replace(asked, start_date=day, end_date=day)), desk(known, asked.market)
    bars, actions = at.asked(ranged[0]), read_actions(known.store)
    bars = replace(bars, panel=as_known(bars.panel, actions, day), among=as_known(bars.among, actions, day))
    scanners = [at.scanner(one) for one in ranged]
    is_event = events_among(at, scanners, ranged[0], bars)
    return [{**row, EVENT: is_event(row)} for report in at.scan(scanners, ranged[0], bars) for row in report.rows()]


def _oddities(known: Settings, series: Series, journals: Path, day: dt.date) -> list[Oddity]:
    bars = read_bars(known.store, series, sessions=(day, day)).with_columns(pl.col("time").to_physical())
    came = arrivals(journals, series, day)
    mine = bars.filter(pl.col("symbol").is_in(came["symbol"].unique().implode()))
    step = TIMEFRAMES[series.timeframe] * MINUTE_US
    return oddities(mine.select("symbol", "time", *PRICES_AND_VOLUME), came, step)


def _among_others(known: Settings, asked: Asked) -> Collection[str]:
    """Return the scanners whose rows depend on other symbols than their own."""
    at = desk(known, asked.market)
    scanners = [at.scanner(one) for one in questions(known, asked)]
    return {one.type() for one in scanners if one.limit()[0] is not None or ranks(watch_for(one, asked.timeframe))}
