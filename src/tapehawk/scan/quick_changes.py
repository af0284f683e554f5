"""What is different since the scan before: sides that flipped, strength that moved, prices that moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tapehawk.core.events import StateChanged
from tapehawk.core.instants import microseconds
from tapehawk.scan.quick_latest import Latest
from tapehawk.scan.quick_rows import Row

STRENGTH_MOVED: Final = 15.0
ATRS_MOVED: Final = 1.0


@dataclass(frozen=True, eq=False)
class Seen:
    """A scan's rows, by symbol, and what they are made of, by market."""

    rows: Mapping[str, Row]
    latest: Mapping[str, Latest]


def changes(before: Mapping[str, Row], after: Seen) -> Iterator[StateChanged]:
    """Yield a change for each field of a symbol, scanned before, that differs by enough to be told.

    `before`: rows by symbol, of whichever process scanned them. The price is as traded; whether it moved is judged on
    adjusted closes, so that a split is no move, and in ATRs of today.
    """
    for symbol, now in after.rows.items():
        then = before.get(symbol)
        if then is None:
            continue
        if then["signal"] != now["signal"]:
            yield StateChanged(symbol, "signal", then["signal"], now["signal"])
        if abs(now["strength"] - then["strength"]) >= STRENGTH_MOVED:
            yield StateChanged(symbol, "strength", then["strength"], now["strength"])
        if then["timestamp"] != now["timestamp"] and _moved(then, after):
            yield StateChanged(symbol, "price", then["price"], now["price"])


def _moved(then: Row, after: Seen) -> bool:
    """Say whether the close is an ATR or more away from that of the bar seen before."""
    now = _holding(then["symbol"], after)
    place = now.place[then["symbol"]]
    away = abs(now.values["close"][place] - now.close_by(place, microseconds(then["timestamp"])))
    return bool(away >= ATRS_MOVED * now.values["atr"][place])


def _holding(symbol: str, seen: Seen) -> Latest:
    return next(one for one in seen.latest.values() if symbol in one.place)
