"""Random walks on real sessions as panels of every timeframe, their mirror images, and an analyst over them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from tapehawk.analysis.part import Part
from tapehawk.core.errors import NoData
from tapehawk.core.instants import microseconds
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import us_calendar
from tapehawk.core.slower import MINUTES
from tapehawk.scan.deep import Analyst

LAST = dt.date(2024, 3, 1)  # a Friday: the day, its hours and its week end together
AFTER = dt.datetime(2024, 3, 2, tzinfo=dt.UTC)
DAY = 86_400_000_000
SYMBOLS = ("AAA", "BBB", "CCC")
PRICES = ("open", "high", "low", "close")


@cache
def sessions(count: int) -> np.ndarray:
    """The last sessions up to LAST."""
    return us_calendar().sessions_between(LAST - dt.timedelta(days=2 * count + 20), LAST)[-count:]


def clock(timeframe: str, bars: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Time, session and minute of the last bars up to LAST's close."""
    if timeframe == "1w":
        days = sessions(5 * bars + 60)
        weeks = np.unique(days - (days + 3) % 7)[-bars:]
        first = days[np.searchsorted(days, weeks)]
        return first * DAY, first, np.zeros(bars)
    if timeframe == "1d":
        days = sessions(bars)
        return days * DAY, days, np.zeros(bars)
    step = MINUTES[timeframe]
    a_day = -(-390 // step)
    days = np.repeat(sessions(-(-bars // a_day) + 1), a_day)
    minute = np.tile(np.arange(a_day) * float(step), days.size // a_day)
    time = us_calendar().open_of(days) + (minute * 60e6).astype(np.int64)
    early = minute < us_calendar().minutes_in(days)  # the sessions that end early have fewer
    return time[early][-bars:], days[early][-bars:], minute[early][-bars:]


def walk(bars: int, seed: int, *, drift: float = 0.0, step: float = 0.004) -> dict[str, np.ndarray]:
    """Bars of a random walk that stays between half and twice its last close, which is 100."""
    rng = np.random.default_rng(seed)
    path = np.cumsum(rng.normal(drift, step, bars))
    close = 100.0 * (1.0 + np.clip(path - path[-1], -0.45, 0.45))
    open_ = close + rng.normal(0, 0.3, bars)
    high = np.maximum(open_, close) + rng.exponential(0.4, bars)
    low = np.minimum(open_, close) - rng.exponential(0.4, bars)
    return {"open": open_, "high": high, "low": low, "close": close, "volume": 1e6 * np.exp(rng.normal(0, 0.4, bars))}


def panel(timeframe: str, bars: int = 260, seed: int = 0, symbols: Sequence[str] = SYMBOLS, **shape: float) -> Panel:
    """Some symbols' walks that end together."""
    time, session, minute = clock(timeframe, bars)
    walks = [walk(bars, 1000 * seed + 10 * len(timeframe) + number, **shape) for number in range(len(symbols))]
    columns = {name: np.concatenate([one[name] for one in walks]) for name in walks[0]}
    columns |= {"session": np.tile(session.astype(float), len(symbols)), "minute": np.tile(minute, len(symbols))}
    starts = np.arange(len(symbols) + 1) * bars
    return Panel(tuple(symbols), starts, np.tile(time, len(symbols)), columns, timeframe=timeframe)


def every(bars: int = 260, seed: int = 0, **shape: float) -> dict[str, Panel]:
    """Panels of the timeframes that parts ask for."""
    return {timeframe: panel(timeframe, bars, seed, **shape) for timeframe in ("5m", "1h", "1d", "1w")}


def changed(panels: Mapping[str, Panel], change: Callable[[Panel], Panel]) -> dict[str, Panel]:
    """The panels, each changed in the same way."""
    return {timeframe: change(one) for timeframe, one in panels.items()}


def times(factor: float) -> Callable[[Panel], Panel]:
    """Every price times a factor."""
    return lambda one: replace(
        one, columns={name: x * factor if name in PRICES else x for name, x in one.columns.items()}
    )


def mirrored(one: Panel) -> Panel:
    """Every symbol's prices mirrored about its last close: p → 2 c - p, and high and low trade places."""
    last = np.repeat(one.columns["close"][one.starts[1:] - 1], np.diff(one.starts))
    turned = {name: 2.0 * last - one.columns[name] for name in PRICES}
    turned["high"], turned["low"] = turned["low"], turned["high"]
    return replace(one, columns={**one.columns, **turned})


def begun_by(at: dt.datetime) -> Callable[[Panel], Panel]:
    """Bars that began before an instant: the last of each symbol may still be forming."""
    return lambda one: one.until(microseconds(at) - 1)


def closed_by(at: dt.datetime) -> Callable[[Panel], Panel]:
    """Bars that closed by an instant: days by 22:00 UTC, weeks on Friday."""
    instant = microseconds(at)

    def cut(one: Panel) -> Panel:
        ends = one.time + MINUTES.get(one.timeframe, 22 * 60) * 60_000_000
        if one.timeframe == "1w":
            ends += (4 - (one.time // DAY + 3) % 7) * DAY
        closed = one.time[ends <= instant]
        return one.until(int(closed.max()) if closed.size else 0)

    return cut


def analyst(
    panels: Mapping[str, Panel], *parts: Part, at: dt.datetime = AFTER, benchmark: str | None = None
) -> Analyst:
    """An analyst of some parts over panels in memory."""

    def bars(timeframe: str) -> Panel:
        if timeframe not in panels:
            raise NoData(f"no {timeframe} bars")
        return panels[timeframe]

    return Analyst(bars, parts, benchmark=benchmark, now=lambda: at)
