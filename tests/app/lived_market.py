"""A simulated market that was received live: history, and sessions whose bars came late, wrong at first, or in a flood.

What a listener's journal would hold is written as the simulator's feed tells it: each bar when it arrives, what an
outage swallowed when the line is back, and what is missing at the session's end; then it is sealed into the store.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path

import polars as pl

from tapehawk.core.sessions import date_of, us_calendar
from tapehawk.data import store
from tapehawk.data.open_session import OpenSession
from tapehawk.data.providers.sim import Simulator
from tapehawk.data.sealing import seal
from tests.data.scripted import MINUTE, SECOND, SIM, events_of

HISTORY = dt.timedelta(days=22)
WANTED = ("split", "delisting", "listing", "halt")
"""What has to happen to some name."""


def lived(root: Path, simulator: Simulator, first: dt.date, last: dt.date) -> list[dt.date]:
    """Store three weeks of history, and receive the sessions from `first` to `last` live; return those."""
    since, names = first - HISTORY, eventful(simulator, first, last)
    bars = simulator.intraday("1m", since, last, names)
    store.append_symbols(root, simulator.symbols(since, last))
    store.append_actions(root, simulator.actions(since, last))
    store.append_bars(root, [(SIM, bars.filter(day_of() < first))])
    days = [date_of(day) for day in us_calendar().sessions_between(first, last)]
    for day in days:
        receive(root, simulator.feed(day, names), bars.filter(day_of() == day), day)
    return days


def receive(root: Path, feed: pl.DataFrame, truth: pl.DataFrame, day: dt.date) -> None:
    """Journal and seal one session."""
    session, ends = OpenSession(root, SIM, day), us_calendar().need_session(day).after_hours_close
    for _, together in groupby(events_of(feed), lambda event: (event.line, event.at // SECOND)):
        events = list(together)
        if events[0].line:
            session.fill(truth.filter(pl.col("time").to_physical() + MINUTE <= events[0].at), events[0].at)
        session.take([event.bar for event in events if event.bar])
    session.fill(truth, ends)
    seal(root, session.journal)


def eventful(simulator: Simulator, first: dt.date, last: dt.date) -> list[str]:
    """Pick names: one that each of `WANTED` happens to, one whose bars are corrected, and some ordinary ones."""
    told = simulator.truth(first, last)
    picked = [told.filter(pl.col("kind") == kind)["symbol"].head(1) for kind in (*WANTED, "revised")]
    return sorted({*pl.concat(picked), *simulator.symbols(first, last)["symbol"].head(3)})


def day_of() -> pl.Expr:
    return pl.col("time").dt.convert_time_zone("America/New_York").dt.date()
