"""The market at a glance: who rises and falls, new highs and lows, what is traded, who moves most.

Counted are the symbols that have a bar of the newest session; those that are late are said. A new high or low is of the
52 weeks (252 sessions) before; symbols with less history count for neither. Movers are among symbols that trade enough
to be bought: price as traded and mean dollars a session over 20, the floor that scanners have too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tapehawk.core.panel import Flags, Floats, Ints
from tapehawk.core.scanner import Scanner
from tapehawk.core.sessions import date_of
from tapehawk.scan.market_now import Now

_FLOOR: Final[Mapping[str, float]] = {
    name: float(Scanner.model_fields[name].default) for name in ("min_price", "min_dollar_volume")
}


@dataclass(frozen=True)
class Floor:
    """What a mover's price and dollars a session must be at least; coins have no least price."""

    price: float
    dollars: float

    @classmethod
    def of(cls, market: str) -> Floor:
        """Return a market's."""
        return cls(0.0 if market == "crypto" else _FLOOR["min_price"], _FLOOR["min_dollar_volume"])


def overview(now: Now, *, floor: Floor, most: int = 10) -> dict[str, Any]:
    """Return the market's figures as plain values; `most`: rows of each list."""
    current = now.session == now.newest
    change, known = now.change, current & np.isfinite(now.change)
    liquid = known & (now.last >= floor.price) & (now.dollars >= floor.dollars)
    active = _first(np.where(current & np.isfinite(now.volume * now.last), -now.volume * now.last, np.nan), most)
    rising, falling = known & (change > 0), known & (change < 0)
    return {
        "session": str(date_of(now.newest)) if now.newest >= 0 else None,
        "session_is_open": bool(now.is_open[current].any()),
        "symbols": int(np.count_nonzero(current)),
        "late": int(np.count_nonzero(~current)),
        "advancers": int(np.count_nonzero(rising)),
        "decliners": int(np.count_nonzero(falling)),
        "unchanged": int(np.count_nonzero(known & (change == 0))),
        **_extremes(now, current),
        "volume": _volume(now, current, rising, falling),
        "movers_floor": {"price": floor.price, "mean_dollar_volume": floor.dollars},
        "top_gainers": _rows(now, _first(np.where(liquid & rising, -change, np.nan), most)),
        "top_losers": _rows(now, _first(np.where(liquid & falling, change, np.nan), most)),
        "most_active": _rows(now, active),
    }


def _extremes(now: Now, current: Flags) -> dict[str, Any]:
    known = current & np.isfinite(now.high_year)
    return {
        "new_highs": int(np.count_nonzero(known & (now.high > now.high_year))),
        "new_lows": int(np.count_nonzero(known & (now.low < now.low_year))),
        "with_a_year": int(np.count_nonzero(known)),
    }


def _volume(now: Now, current: Flags, rising: Flags, falling: Flags) -> dict[str, Any]:
    usual = current & np.isfinite(now.rvol) & (now.rvol > 0)
    mean = float((now.volume[usual] / now.rvol[usual]).sum())
    return {
        "total": _sum(now.volume, current),
        "dollars": _sum(now.volume * now.last, current),
        "advancing": _sum(now.volume, rising),
        "declining": _sum(now.volume, falling),
        "by_usual": float(now.volume[usual].sum()) / mean if mean else None,
    }


def _sum(values: Floats, where: Flags) -> float:
    return float(np.nansum(values[where]))


def _first(values: Floats, most: int) -> Ints:
    """Return where the smallest values stand, nulls left out; equal ones in the order of symbols."""
    known = np.flatnonzero(np.isfinite(values))
    few = known if known.size <= most else known[values[known] <= np.partition(values[known], most - 1)[most - 1]]
    return few[np.argsort(values[few], kind="stable")][:most]


def _rows(now: Now, which: Ints) -> list[dict[str, Any]]:
    return [
        {
            "symbol": now.symbols[number],
            "last": float(now.last[number]),
            "change_pct": _plain(now.change[number]),
            "volume": _plain(now.volume[number]),
            "dollar_volume": _plain(now.volume[number] * now.last[number]),
            "rvol": _plain(now.rvol[number]),
        }
        for number in which.tolist()
    ]


def _plain(value: np.float64) -> float | None:
    return float(value) if np.isfinite(value) else None
