"""A small market for the desk: bars on real sessions, in memory or in a store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from tapehawk.core.bars import SCHEMA, Series
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import Scanner
from tapehawk.core.sessions import date_of, us_calendar
from tapehawk.data import store
from tapehawk.scan.asked import asked_for
from tapehawk.scan.desk import Desk
from tapehawk.scan.question import Question
from tapehawk.scan.report import Report

Bar = tuple[float, float, float, float, float]
FIRST = dt.date(2024, 1, 2)
SIP = Series("test", "sip")
NOWHERE = Path("/nowhere")


def days(count: int, first: dt.date = FIRST) -> list[dt.date]:
    """The first sessions from a date."""
    return [
        date_of(day) for day in us_calendar().sessions_between(first, first + dt.timedelta(days=2 * count + 10))[:count]
    ]


def calm(count: int, price: float = 100.0, volume: float = 1e6) -> list[Bar]:
    """Bars half a percent wide that close where they opened."""
    return [(price, price * 1.0025, price * 0.9975, price, volume)] * count


def inside_break(price: float = 100.0, volume: float = 1e6) -> list[Bar]:
    """A wide bar, one inside it, and a close beyond that one's high."""
    wide, inside = (
        (price, price * 1.02, price * 0.98, price, volume),
        (price, price * 1.01, price * 0.99, price, volume),
    )
    return [wide, inside, (price, price * 1.03, price, price * 1.025, volume * 2)]


def breaking(price: float = 100.0, volume: float = 1e6) -> list[Bar]:
    """Sixty calm bars, then the break of an inside bar on the last."""
    return [*calm(60, price, volume), *inside_break(price, volume)]


def frame(symbol: str, bars: Sequence[Bar], on: Sequence[dt.date]) -> pl.DataFrame:
    """Daily bars of one symbol on these dates."""
    times = [dt.datetime.combine(day, dt.time(), dt.UTC) for day in on]
    return pl.DataFrame([(symbol, at, *bar) for at, bar in zip(times, bars, strict=True)], schema=SCHEMA, orient="row")


def minutes_frame(
    symbol: str, closes: Sequence[float], day: dt.date, *, step: int = 5, hours: str = "regular"
) -> pl.DataFrame:
    """Intraday bars of one session, from the open of its hours."""
    (opens,) = us_calendar().open_of(np.array([(day - dt.date(1970, 1, 1)).days]), hours)
    start = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=int(opens))
    rows = [(symbol, start + dt.timedelta(minutes=step * i), c, c + 0.2, c - 0.2, c, 1e5) for i, c in enumerate(closes)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def fill(
    root: Path, *frames: pl.DataFrame, series: Series = SIP, splits: Mapping[str, tuple[dt.date, float]] | None = None
) -> Path:
    """Put bars, and splits (symbol → ex-date, shares for one), into a store."""
    store.append_bars(root, [(series, pl.concat(frames))])
    if splits:
        rows = [
            {"symbol": symbol, "ex_date": day, "type": "split", "split_to": to, "split_from": 1.0, "confirmed": True}
            for symbol, (day, to) in splits.items()
        ]
        store.append_actions(root, pl.DataFrame(rows))
    return root


def ask(panel: Panel, scanner: Scanner, *, desk: Desk | None = None, **question: object) -> Report:
    """Scan bars at hand."""
    asked = asked_for(NOWHERE, Question(scanner.type(), timeframe=panel.timeframe, **question), panel)
    (report,) = (desk or Desk(NOWHERE)).scan(
        [scanner], Question(scanner.type(), timeframe=panel.timeframe, **question), asked
    )
    return report


def steps(report: Report, pattern: int = 0) -> dict[str, int]:
    """How many passed each step of a pattern's funnel."""
    return {step["name"]: step["passed"] for step in report.funnel[pattern]["steps"]}
