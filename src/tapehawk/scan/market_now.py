"""A market as it stands: each symbol's last price, what it came from and how much was traded, in columns.

    last closed bar of each symbol ──┬──► Now ──► quotes, market overview
    the session so far (journal)  ───┘

Prices are as traded on the bar's day, changes between prices of one basis. Where the session is still open a symbol's
last bar is the session so far: `last` its newest price in any hours, `before` the close of the session before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from tapehawk.core.panel import Element, Flags, Floats, Ints, Panel
from tapehawk.data.so_far import SoFar
from tapehawk.scan.closed import closes_of
from tapehawk.scan.quick_latest import changes_to, last_closed

USUAL_BARS: Final = 20
SESSION_BARS_A_YEAR: Final = 252
DAY: Final = 86_400_000_000


@dataclass(frozen=True, eq=False)
class Now:
    """A market's symbols with a bar; arrays are one value a symbol, null where that is not known.

    `place`: in the panel. `bar`: its last closed bar, as a place in the panel. `closed`: when its last price was known,
    µs UTC. `change`: percent. `rvol`: volume by the mean of the 20 sessions before. `dollars`: mean traded a day over
    those. `high_year`, `low_year`: of the 52 weeks before its last bar. `is_open`: it trades in a session that is not
    stored yet. `good_until`: the instant at which a stored bar closes.
    """

    panel: Panel
    place: Ints
    bar: Ints
    session: Ints
    closed: Ints
    last: Floats
    change: Floats
    high: Floats
    low: Floats
    volume: Floats
    rvol: Floats
    dollars: Floats
    high_year: Floats
    low_year: Floats
    is_open: Flags
    good_until: int

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbols."""
        return tuple(self.panel.symbols[place] for place in self.place.tolist())

    @cached_property
    def number(self) -> dict[str, int]:
        """Symbol → where its values are."""
        return {symbol: number for number, symbol in enumerate(self.symbols)}

    @property
    def newest(self) -> int:
        """The newest session that any has a bar of, as days since 1970-01-01; -1 without one."""
        return int(self.session.max(initial=-1))


def now_of(panel: Panel, instant: int) -> Now:
    """Return how a market stands by the bars that have closed at an instant (µs UTC)."""
    found, good_until = last_closed(panel, instant)
    place = np.flatnonzero(found >= 0)
    bar = found[place]
    first = panel.starts[:-1][place]
    volume, usual, dollars = _traded(panel, first, bar)
    year = SESSION_BARS_A_YEAR if panel.timeframe == "1d" else np.iinfo(np.int64).max
    with np.errstate(divide="ignore", invalid="ignore"):
        rvol = volume / usual
    return Now(
        panel=panel,
        place=place,
        bar=bar,
        session=panel.columns["session"][bar].astype(np.int64),
        closed=closes_of(panel, bar),
        last=_traded_price(panel, "close", bar),
        change=changes_to(panel, bar),
        high=panel.columns["high"][bar],
        low=panel.columns["low"][bar],
        volume=volume,
        rvol=np.where(np.isfinite(rvol), rvol, np.nan),
        dollars=dollars,
        high_year=_over(panel.columns["high"], bar, np.where(bar - first >= year, year, 0), np.maximum),
        low_year=_over(panel.columns["low"], bar, np.where(bar - first >= year, year, 0), np.minimum),
        is_open=np.zeros(bar.size, dtype=bool),
        good_until=good_until,
    )


def with_session(now: Now, so_far: SoFar, session: int) -> Now:
    """Return it with the session that is not stored yet; symbols that have no stored bar are left out."""
    numbers = np.array([-1 if (n := so_far.number(symbol)) is None else n for symbol in now.symbols], dtype=np.int64)
    there = (numbers >= 0) & (now.session < session)
    mine = numbers[there]
    last, volume = so_far.last[mine], so_far.volume[mine]
    bar, first = now.bar[there], now.panel.starts[:-1][now.place[there]]
    close, usual = now.panel.columns["close"][bar], _mean(now.panel.columns["volume"], bar + 1, first)
    high_year, low_year = now.high_year.copy(), now.low_year.copy()
    high_year[there] = np.maximum(high_year[there], now.high[there])
    low_year[there] = np.minimum(low_year[there], now.low[there])
    with np.errstate(divide="ignore", invalid="ignore"):
        change, rvol = (last / close - 1) * 100, volume / usual
    return replace(
        now,
        session=_put(now.session, there, np.full(mine.size, session)),
        closed=_put(now.closed, there, so_far.closed()[mine]),
        last=_put(now.last, there, last),
        change=_put(now.change, there, change),
        high=_put(now.high, there, so_far.high[mine]),
        low=_put(now.low, there, so_far.low[mine]),
        volume=_put(now.volume, there, volume),
        rvol=_put(now.rvol, there, rvol),
        high_year=high_year,
        low_year=low_year,
        is_open=there,
    )


def _put(values: npt.NDArray[Element], where: Flags, new: npt.NDArray[Element]) -> npt.NDArray[Element]:
    out = values.copy()
    out[where] = new
    return out


def _traded_price(panel: Panel, name: str, bar: Ints) -> Floats:
    column = panel.columns.get(f"raw.{name}")
    return np.asarray((panel.columns[name] if column is None else column)[bar])


def _traded(panel: Panel, first: Ints, bar: Ints) -> tuple[Floats, Floats, Floats]:
    """Return the volume of each symbol's last session (of coins: of 24 hours), its usual one, and dollars a session."""
    volume, close = panel.columns["volume"], panel.columns["close"]
    if panel.timeframe == "1d":
        usual = _mean(volume, bar, first)
        return _traded_price(panel, "volume", bar), usual, _mean_product(volume, close, bar, first)
    rows = [
        _of_days(panel.time[start : end + 1], volume[start : end + 1], close[start : end + 1])
        for start, end in zip(first.tolist(), bar.tolist(), strict=True)
    ]
    found = np.array(rows, dtype=np.float64).reshape(-1, 3)
    return found[:, 0], found[:, 1], found[:, 2]


def _of_days(time: Ints, volume: Floats, close: Floats) -> tuple[float, float, float]:
    """Return the volume of the last 24 hours, the mean of the 20 × 24 hours before, and dollars a day over all."""
    edges = np.searchsorted(time, time[-1] - DAY * np.array([USUAL_BARS + 1, 1]), side="right")
    known = time[0] <= time[-1] - DAY * (USUAL_BARS + 1)
    day = float(volume[edges[1] :].sum())
    before = volume[edges[0] : edges[1]]
    dollars = float((before * close[edges[0] : edges[1]]).sum())
    return day, *((float(before.sum()) / USUAL_BARS, dollars / USUAL_BARS) if known else (np.nan, np.nan))


def _mean(values: Floats, bar: Ints, first: Ints) -> Floats:
    """Return the mean over the 20 bars before each; null where there are fewer."""
    return np.asarray(_gathered(values, bar, first).mean(axis=1))


def _mean_product(one: Floats, other: Floats, bar: Ints, first: Ints) -> Floats:
    return np.asarray((_gathered(one, bar, first) * _gathered(other, bar, first)).mean(axis=1))


def _gathered(values: Floats, bar: Ints, first: Ints) -> Floats:
    rows = bar[:, None] - np.arange(USUAL_BARS, 0, -1)[None, :]
    return np.where(rows >= first[:, None], values[np.maximum(rows, 0)], np.nan)


def _over(values: Floats, bar: Ints, count: Ints, fold: np.ufunc) -> Floats:
    """Return the extreme of the `count` values before each of some bars; null where that is 0."""
    known = count > 0
    out = np.full(bar.size, np.nan)
    if known.any():
        pairs = np.stack((bar[known] - count[known], bar[known]), axis=1).ravel()
        out[known] = fold.reduceat(values, pairs)[::2]
    return out
