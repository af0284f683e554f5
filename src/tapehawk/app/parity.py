"""Joining the parts for parity: a stored day through the live path, and the same day's scan over history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from tapehawk.app.asking import Asked, desk, questions, scanners_named
from tapehawk.app.beats import REPLAYED, Beat, LiveTold, Watched
from tapehawk.app.live import replay
from tapehawk.app.settings import Settings
from tapehawk.core.panel import PRICES_AND_VOLUME, Panel
from tapehawk.core.phase_risk import RISK_BY_PHASE
from tapehawk.core.scanner import Scanner
from tapehawk.core.series import TIMEFRAMES, Series
from tapehawk.data.arrivals import arrivals
from tapehawk.data.as_known import as_known
from tapehawk.data.open_session import MINUTE_US
from tapehawk.data.resampling import slower_panel
from tapehawk.data.store import read_actions, read_bars
from tapehawk.scan.asked import Asked as Bars
from tapehawk.scan.bar_oddities import Oddity, oddities
from tapehawk.scan.desk import Desk
from tapehawk.scan.events import events_among
from tapehawk.scan.hit_table import key_of
from tapehawk.scan.intrabar import is_intrabar, judged
from tapehawk.scan.intrabar_history import triggers
from tapehawk.scan.parity import Parity, Standing, explained, pairs_that_differ
from tapehawk.scan.question import Question
from tapehawk.scan.session_limits import Row
from tapehawk.scan.watching import ranks, watch_for

EVENT: Final = "event"
"""The column that says whether a row became true at its bar; a trigger, whose bar has not closed, has none."""


def parity(known: Settings, asked: Asked, day: dt.date, *, on_step: Callable[[str], None]) -> Parity:
    """Replay a stored day live and compare what it says with the scan of that day over history: hits, and events.

    A day that was received live is replayed as it came, with its late and revised bars. Scanners that the settings
    switch off in some phase are on in all of them, as they are in history. Bars that are made of faster ones are made
    so on both sides, and what crossed a level within them is compared with what the stored ones say of it.

    Raises what `replay` does, and NoData where none of its bars are within the hours asked for.
    """
    asked = replace(asked, scanners=scanners_named(asked.scanners, asked.timeframe, known.scanners))
    heard = _Heard()
    with TemporaryDirectory(prefix="tapehawk-parity-") as scratch:
        on_step(f"replaying {day}")
        replay(_looking(known, asked), asked, day, heard.told, journals=Path(scratch), as_came=True)
        on_step(f"scanning {day} over history")
        live, historical = heard.rows(), _historical(known, asked, day, heard.series.timeframe)
        differing = pairs_that_differ(historical, live)
        odd = _oddities(known, heard.series, Path(scratch), day) if differing else []
    length, among = TIMEFRAMES[asked.timeframe] * MINUTE_US, _among_others(known, asked) if differing else ()
    within = sum(map(is_intrabar, historical)) if heard.series.timeframe != asked.timeframe else None
    return Parity(day, len(historical), len(live), explained(differing, odd, among, length=length), within)


def _looking(known: Settings, asked: Asked) -> Settings:
    """Return settings by which no trigger goes unseen: a look is due at every minute where bars are slower ones."""
    if asked.timeframe == "1m":
        return known
    looks = {f"SCANNER__SESSIONS__{phase.upper()}_INTERVAL": "1" for phase in RISK_BY_PHASE}
    return replace(known, environment={**known.environment, **looks})


class _Heard:
    """Listens to a replay; rows are kept without the label that says that they come from one."""

    def __init__(self) -> None:
        self._standing, self._events = Standing(), Standing()
        self.series = Series("", "")

    def rows(self) -> list[Row]:
        """Return the rows that stand, and of each that is of a close whether it is an event."""
        events = set(map(key_of, self._events.rows()))
        rows = self._standing.rows()
        return [row if is_intrabar(row) else {**row, EVENT: key_of(row) in events} for row in rows]

    @property
    def told(self) -> LiveTold:
        return LiveTold(self._start, self._beat)

    def _start(self, watched: Watched) -> None:
        self.series = watched.series

    def _beat(self, beat: Beat) -> None:
        added, withdrawn = (list(map(_as_in_history, rows)) for rows in (beat.added, beat.withdrawn))
        self._standing.hear(added, withdrawn, through=beat.at)
        events, retracted = (list(map(_as_in_history, rows)) for rows in (beat.events, beat.retracted))
        self._events.hear(events, retracted, through=beat.at)


def _as_in_history(row: Row) -> Row:
    return {**row, "labels": [label for label in row["labels"] if label != REPLAYED]}


def _historical(known: Settings, asked: Asked, day: dt.date, played: str) -> list[Row]:
    """Return the rows of every bar of the day, as a range of that one day has them, and of each whether it is an event.

    Bars are adjusted as on the day itself. `played`: the timeframe of the bars that were replayed. Where it is a faster
    one, history is made of the same bars, and has the triggers within.
    """
    ranged, at = questions(known, replace(asked, start_date=day, end_date=day)), desk(known, asked.market)
    scanners, actions = [at.scanner(one) for one in ranged], read_actions(known.store)
    stored = at.asked(replace(ranged[0], timeframe=played))
    stored = _each(stored, lambda panel: as_known(panel, actions, day))
    if played == asked.timeframe:
        return _rows(at, scanners, ranged[0], stored)
    bars = _each(stored, lambda panel: slower_panel(panel, asked.timeframe, closed=True))  # what is stored is over
    rows = _rows(at, scanners, ranged[0], bars)
    closed = set(map(key_of, rows))
    return [*rows, *(judged(one, closed) for one in triggers(at, scanners, ranged[0], bars, stored))]


def _each(bars: Bars, made: Callable[[Panel], Panel]) -> Bars:
    return replace(bars, panel=made(bars.panel), among=made(bars.among))


def _rows(at: Desk, scanners: Sequence[Scanner], question: Question, bars: Bars) -> list[Row]:
    is_event = events_among(at, scanners, question, bars)
    return [{**row, EVENT: is_event(row)} for report in at.scan(scanners, question, bars) for row in report.rows()]


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
