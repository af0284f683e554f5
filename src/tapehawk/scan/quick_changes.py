"""What is different since the scan before: sides that flipped, strength that moved, prices that moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tapehawk.core.events import StateChanged
from tapehawk.scan.quick_latest import Latest
from tapehawk.scan.quick_rows import Row

STRENGTH_MOVED: Final = 15.0
ATRS_MOVED: Final = 1.0


@dataclass(frozen=True, eq=False)
class Seen:
    """A scan's rows, by symbol, and what they are made of, by market."""

    rows: Mapping[str, Row]
    latest: Mapping[str, Latest]


def changes(before: Seen, after: Seen) -> Iterator[StateChanged]:
    """Yield a change for each field of a symbol, in both scans, that differs by enough to be told.

    The price is as traded; whether it moved is judged on adjusted closes, so that a split is no move, and in ATRs of
    today.
    """
    for symbol, now in after.rows.items():
        then = before.rows.get(symbol)
        if then is None:
            continue
        if then["signal"] != now["signal"]:
            yield StateChanged(symbol, "signal", then["signal"], now["signal"])
        if abs(now["strength"] - then["strength"]) >= STRENGTH_MOVED:
            yield StateChanged(symbol, "strength", then["strength"], now["strength"])
        if then["timestamp"] != now["timestamp"] and _moved(symbol, before, after):
            yield StateChanged(symbol, "price", then["price"], now["price"])


def _moved(symbol: str, before: Seen, after: Seen) -> bool:
    """Say whether the close is an ATR or more away from that of the bar seen before (false where that bar is gone)."""
    then, now = (_holding(symbol, seen) for seen in (before, after))
    place = now.place[symbol]
    time = int(then.panel.time[then.bar[then.place[symbol]]])
    away = abs(now.values["close"][place] - now.close_at(place, time))
    return bool(away >= ATRS_MOVED * now.values["atr"][place])


def _holding(symbol: str, seen: Seen) -> Latest:
    return next(one for one in seen.latest.values() if symbol in one.place)
