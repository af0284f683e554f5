"""The next-day check of LC: which setups of a close were confirmed by the next morning, as rows of their own.

A setup is known at the close of its day D and stays a hit whatever comes. The check knows at 09:30 of D+1

    open          open of the bar that starts at 09:30          ≥ the pattern's least price (`least_price`)
    liquidity     mean over D-4 … D of 09:30 open × premarket volume  ≥ 10 million dollars
    and, for the older patterns, D+1's own open × premarket volume    ≥ 10 million dollars

and answers with rows dated by `trigger_date` and `known_at`. What the morning's bars do not say is unknown, never
zero: a session of the six without a premarket bar or without its 09:30 bar leaves the setup unanswered, and it is
counted. Nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from tapehawk.core.errors import BadInput
from tapehawk.core.next_day import Confirmed, Hit, NextDay
from tapehawk.core.panel import Panel
from tapehawk.core.sessions import Calendar
from tapehawk.core.timeframes import PREMARKET_MINUTES

SESSIONS_BEFORE: Final = 4
LEAST_DOLLARS: Final = 10_000_000.0
UNKNOWN, TOO_LOW, TOO_THIN = "no premarket or opening bar", "opened below the least price", "premarket too thin"

# How far above the close, in ranges of the day, D+1 must open; fbo: above the high, or half an ATR above the close.
_SHARE_OF_RANGE: Final = {
    "lc_frontside_d2_extended": 0.5,
    "lc_frontside_d2_extended_1": 0.5,
    "lc_frontside_d3_extended_1": 0.3,
    "lc_og_frontside_d3_extended_1": 0.3,
    "lc_og_backside_d3_extended_1": 0.3,
    "lc_og_frontside_d3_extended_2": 0.3,
    "lc_og_backside_d3_extended_2": 0.3,
    "lc_og_frontside_d4_para": 0.3,
    "lc_og_backside_d4_para": 0.3,
    "lc_og_frontside_d3_uptrend": 0.3,
    "lc_og_backside_d3": 0.3,
    "lc_og_frontside_d2_uptrend": 0.5,
    "lc_og_frontside_d2": 0.5,
    "lc_og_backside_d2": 0.5,
}


@dataclass(frozen=True)
class _Morning:
    """A session until its open; null (NaN) where bars are missing."""

    open: float
    high: float
    dollars: float


def least_price(hit: Hit) -> float:
    """Return the price below which the next day's open confirms nothing."""
    if hit.pattern == "lc_og_fbo":
        return max(hit.close + 0.5 * hit.atr, hit.high)
    return hit.close + _SHARE_OF_RANGE[hit.pattern] * (hit.high - hit.low)


def next_day(hits: Iterable[Hit], bars: Panel, calendar: Calendar) -> NextDay:
    """Return which hits the next morning confirmed.

    `bars`: extended hours, 30 minutes or finer, from four sessions before the first hit to one after the last, on the
    same basis as the hits. Raises BadInput for other bars.
    """
    if bars.hours != "extended" or bars.timeframe not in ("1m", "5m", "15m", "30m"):
        raise BadInput(
            f"the next-day check needs extended bars of at most 30 minutes, not {bars.hours} {bars.timeframe}",
            hint="--timeframe 30m --hours extended",
        )
    place = {symbol: i for i, symbol in enumerate(bars.symbols)}

    @cache
    def morning(symbol: str, session: int) -> _Morning:
        return _morning(bars, place[symbol], session) if symbol in place else _NOTHING

    rows: list[Confirmed] = []
    without = dict.fromkeys((UNKNOWN, TOO_LOW, TOO_THIN), 0)
    for hit in hits:
        days = _days(hit.session, calendar)
        row = _confirmed(hit, [morning(hit.symbol, day) for day in days], days[-1], calendar)
        reason = _reason(row)
        if reason:
            without[reason] += 1
        else:
            rows.append(row)
    return NextDay(tuple(rows), without)


def _days(session: int, calendar: Calendar) -> list[int]:
    """Return the sessions D-4 … D+1."""
    return [int(calendar.shift(np.array([session]), by)[0]) for by in range(-SESSIONS_BEFORE, 2)]


_NOTHING: Final = _Morning(np.nan, np.nan, np.nan)


def _morning(bars: Panel, symbol: int, session: int) -> _Morning:
    own = slice(int(bars.starts[symbol]), int(bars.starts[symbol + 1]))
    column = {name: values[own] for name, values in bars.columns.items()}
    today = column["session"] == session
    before, at_open = today & (column["minute"] < PREMARKET_MINUTES), today & (column["minute"] == PREMARKET_MINUTES)
    if not before.any() or not at_open.any():
        return _NOTHING
    opened = float(column["open"][at_open][0])
    return _Morning(opened, float(column["high"][before].max()), opened * float(column["volume"][before].sum()))


def _confirmed(hit: Hit, mornings: list[_Morning], trigger: int, calendar: Calendar) -> Confirmed:
    """Return the row as it would be; what is unknown in it is NaN."""
    *before, after = mornings
    least = least_price(hit)
    return Confirmed(
        symbol=hit.symbol,
        pattern=hit.pattern,
        setup_date=hit.session,
        trigger_date=trigger,
        known_at=int(calendar.open_of(np.array([trigger]))[0]),
        min_price=least,
        min_pct=100 * (least / hit.close - 1),
        open_next_day=after.open,
        pmh_next_day=after.high,
        pm_dol_vol_next_day=after.dollars,
        avg_5d_pm_dol_vol=sum(morning.dollars for morning in before) / len(before),
    )


def _reason(row: Confirmed) -> str:
    """Return why a row confirms nothing, or nothing if it does."""
    if np.isnan(row.open_next_day + row.avg_5d_pm_dol_vol + row.min_price):
        return UNKNOWN
    if row.open_next_day < row.min_price:
        return TOO_LOW
    least = row.avg_5d_pm_dol_vol
    if row.pattern.startswith("lc_og_"):
        least = min(least, row.pm_dol_vol_next_day)
    return TOO_THIN if least < LEAST_DOLLARS else ""
