"""What a day said live against what history says of it: rows paired, and every one that differs with its reason.

    historical rows ─┐
                     ├─ the same scanner, pattern, symbol, bar and side ─► one side has it · a value differs
    live rows ───────┘                                                              │
    bars stored, bars as they came ─► never came · late · revised · another ────────┴─► the reason

Rows are those of closes, and intrabar triggers with what the close said of them. Numbers are the same to nine digits,
everything else exactly. A difference that no bar explains is a fault of the program, and says so.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tapehawk.core.instants import microseconds
from tapehawk.scan.bar_oddities import Oddity
from tapehawk.scan.hit_table import key_of
from tapehawk.scan.intrabar import is_intrabar, judged
from tapehawk.scan.session_limits import Row

CLOSE: Final = 1e-9
"""Up to this share of them two numbers are the same."""
HISTORICAL, LIVE, BOTH = "historical", "live", "both"
UNEXPLAINED: Final = "both sides had the same bars: a fault of the program"
Key: TypeAlias = tuple[str, str, str, str, str, bool]
Pair: TypeAlias = tuple[Row | None, Row | None]
"""A historical row and the live one it should equal; None where a side has none."""


@dataclass(frozen=True)
class Difference:
    """A row that is not the same on both sides. `on`: the side that alone has it, or "both" where values differ.

    `intrabar`: it is a trigger, not the row of a close. `values`: the columns that differ → (historical, live).
    """

    symbol: str
    bar_time: str
    scanner: str
    pattern: str
    direction: str
    intrabar: bool
    on: str
    reason: str
    values: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        values = {name: {HISTORICAL: a, LIVE: b} for name, (a, b) in self.values.items()}
        return {**vars(self), "values": values}


@dataclass(frozen=True)
class Parity:
    """How a day's rows compare: how many each side has, triggers among them, and those that differ, by bar.

    `intrabar`: how many of those in history are triggers; None where there are no bars to judge them on.
    """

    day: dt.date
    historical: int
    live: int
    differences: tuple[Difference, ...]
    intrabar: int | None = None

    @property
    def equal(self) -> bool:
        """Say whether both sides say the same."""
        return not self.differences

    def to_dict(self) -> dict[str, Any]:
        """Return it as the command and the API give it."""
        return {
            "day": str(self.day),
            "equal": self.equal,
            "historical": self.historical,
            "live": self.live,
            "differences": [one.to_dict() for one in self.differences],
        }


class Standing:
    """The rows that stand for somebody who hears every change, as a listener to the live scan holds them.

    A trigger stays with what the close of its bar said; one that was taken back before is as if it had not been.
    """

    def __init__(self) -> None:
        self._rows: defaultdict[Key, list[Row]] = defaultdict(list)
        self._triggers: list[Row] = []

    def hear(self, added: Sequence[Row], withdrawn: Sequence[Row], *, through: int) -> None:
        """Take what a step brought that scanned what had closed by an instant (µs UTC).

        Raises ValueError where a row is taken back that was never said.
        """
        closed = {key_of(row) for row in added if not is_intrabar(row)}
        for row in withdrawn:
            self._rows[_key(row)].remove(row)
            if is_intrabar(row) and microseconds(row["bar_time"]) < through:
                self._triggers.append(judged(row, closed))
        for row in added:
            self._rows[_key(row)].append(row)

    def rows(self) -> list[Row]:
        """Return them."""
        return [*(row for rows in self._rows.values() for row in rows), *self._triggers]


def pairs_that_differ(historical: Iterable[Row], live: Iterable[Row]) -> list[Pair]:
    """Return the rows that are not the same on both sides, by bar; a row said twice needs two on the other side."""
    sides: defaultdict[Key, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((historical, live)):
        for row in rows:
            sides[_key(row)][side].append(row)
    pairs = (pair for key in sorted(sides, key=_by_bar) for pair in _paired(*sides[key]))
    return [(past, now) for past, now in pairs if past is None or now is None or different_values(past, now)]


def different_values(historical: Row, live: Row) -> dict[str, tuple[Any, Any]]:
    """Return the columns in which two rows differ, with both values; a column that a side lacks is null there."""
    if historical == live:
        return {}
    names = dict.fromkeys((*historical, *live))
    both = {name: (historical.get(name), live.get(name)) for name in names}
    return {name: (a, b) for name, (a, b) in both.items() if not same_value(a, b)}


def same_value(a: object, b: object) -> bool:
    """Say whether two values are the same: numbers to nine digits."""
    if isinstance(a, float | int) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=CLOSE)
    return a == b


def explained(
    pairs: Iterable[Pair], oddities: Sequence[Oddity], among: Collection[str], *, length: int
) -> tuple[Difference, ...]:
    """Give every pair that differs its reason: the last bar, up to its own, that was not the same on both sides.

    `among`: the scanners whose rows depend on other symbols too (a cap, a rank), which any symbol's bar may change.
    `length`: of the rows' bars, µs.
    """
    return tuple(_difference(past, now, _Why(oddities, among, length)) for past, now in pairs)


def _difference(past: Row | None, now: Row | None, why: _Why) -> Difference:
    row = past or now or {}
    on = LIVE if past is None else HISTORICAL if now is None else BOTH
    return Difference(
        symbol=row["symbol"],
        bar_time=row["bar_time"],
        scanner=row["scanner"],
        pattern=row["pattern"],
        direction=row["direction"],
        intrabar=is_intrabar(row),
        on=on,
        reason=why.of(row),
        values=different_values(past, now) if past and now else {},
    )


@dataclass(frozen=True)
class _Why:
    """What there is to explain a row with: see `explained`."""

    oddities: Sequence[Oddity]
    among: Collection[str]
    length: int

    def of(self, row: Row) -> str:
        """Return the reason of a row."""
        ends = microseconds(row["bar_time"]) + self.length
        before = [one for one in self.oddities if one.time < ends]
        own = [one for one in before if one.symbol == row["symbol"]]
        which = own or (before if row["scanner"] in self.among else [])
        return str(max(which, key=lambda one: one.time)) if which else UNEXPLAINED


def _paired(historical: list[Row], live: list[Row]) -> Iterator[Pair]:
    """Yield rows of one key in pairs, equal ones first."""
    for row in list(historical):
        if row in live:
            historical.remove(row)
            live.remove(row)
    for at in range(max(len(historical), len(live))):
        yield (historical[at] if at < len(historical) else None, live[at] if at < len(live) else None)


def _key(row: Row) -> Key:
    names = (row["scanner"], row["pattern"], row["direction"], row["symbol"], row["bar_time"])
    return (*names, is_intrabar(row))


def _by_bar(key: Key) -> tuple[object, ...]:
    return (key[4], key[3], *key[:3], key[5])
