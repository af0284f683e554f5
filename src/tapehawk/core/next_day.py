"""What a scanner may say of its hits once the next session has opened: rows of their own, never a filter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from tapehawk.core.panel import Panel
from tapehawk.core.sessions import Calendar


@dataclass(frozen=True)
class Hit:
    """A hit of the daily scan: its session (days since 1970-01-01) and that day's prices, on the basis of the bars."""

    symbol: str
    pattern: str
    session: int
    high: float
    low: float
    close: float
    atr: float


@dataclass(frozen=True)
class Confirmed:
    """A setup that the next morning confirmed. Dates are days since 1970-01-01, `known_at` is µs UTC."""

    symbol: str
    pattern: str
    setup_date: int
    trigger_date: int
    known_at: int
    min_price: float
    min_pct: float
    open_next_day: float
    pmh_next_day: float
    pm_dol_vol_next_day: float
    avg_5d_pm_dol_vol: float


@dataclass(frozen=True)
class NextDay:
    """The rows of the check, in the order of the hits, and how many hits have none, by reason."""

    rows: tuple[Confirmed, ...] = ()
    without: Mapping[str, int] = field(default_factory=dict)


class NextDayCheck(Protocol):
    """A check: hits, and extended bars of at most 30 minutes around them."""

    def __call__(self, hits: Iterable[Hit], bars: Panel, calendar: Calendar) -> NextDay:
        """Return which hits the next morning confirmed."""
