"""What a day said live against what history says of it: rows paired, and every one that differs with its reason.

    historical rows ─┐
                     ├─ the same scanner, pattern, symbol, bar and side ─► one side has it · a value differs
    live rows ───────┘                                                              │
    bars stored, bars as they came ─► never came · late · revised · another ────────┴─► the reason

Numbers are the same to nine digits, everything else exactly. A difference that no bar explains is a fault of the
program, and says so.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tapehawk.scan.bar_oddities import Oddity
from tapehawk.scan.session_limits import Row

CLOSE: Final = 1e-9
"""Up to this share of them two numbers are the same."""
HISTORICAL, LIVE, BOTH = "historical", "live", "both"
UNEXPLAINED: Final = "both sides had the same bars: a fault of the program"
Key: TypeAlias = tuple[str, str, str, str, str]
Pair: TypeAlias = tuple[Row | None, Row | None]
"""A historical row and the live one it should equal; None where a side has none."""


@dataclass(frozen=True)
class Difference:
    """A row that is not the same on both sides. `on`: the side that alone has it, or "both" where values differ.

    `values`: the columns that differ → (historical, live).
    """

    symbol: str
    bar_time: str
    scanner: str
    pattern: str
    direction: str
    on: str
    reason: str
    values: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        values = {name: {HISTORICAL: a, LIVE: b} for name, (a, b) in self.values.items()}
        return {**vars(self), "values": values}


@dataclass(frozen=True)
class Parity:
    """How a day's rows compare: how many each side has, and those that differ, by bar."""

    day: dt.date
    historical: int
    live: int
    differences: tuple[Difference, ...]

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
    """The rows that stand for somebody who hears every change, as a listener to the live scan holds them."""

    def __init__(self) -> None:
        self._rows: defaultdict[Key, list[Row]] = defaultdict(list)

    def hear(self, added: Iterable[Row], withdrawn: Iterable[Row]) -> None:
        """Take what a step brought. Raises ValueError where a row is taken back that was never said."""
        for row in withdrawn:
            self._rows[_key(row)].remove(row)
        for row in added:
            self._rows[_key(row)].append(row)

    def rows(self) -> list[Row]:
        """Return them."""
        return [row for rows in self._rows.values() for row in rows]


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


def explained(pairs: Iterable[Pair], oddities: Sequence[Oddity], among: Collection[str]) -> tuple[Difference, ...]:
    """Give every pair that differs its reason: the last bar, up to its own, that was not the same on both sides.

    `among`: the scanners whose rows depend on other symbols too (a cap, a rank), which any symbol's bar may change.
    """
    return tuple(_difference(past, now, oddities, among) for past, now in pairs)


def _difference(past: Row | None, now: Row | None, oddities: Sequence[Oddity], among: Collection[str]) -> Difference:
    row = past or now or {}
    on = LIVE if past is None else HISTORICAL if now is None else BOTH
    return Difference(
        symbol=row["symbol"],
        bar_time=row["bar_time"],
        scanner=row["scanner"],
        pattern=row["pattern"],
        direction=row["direction"],
        on=on,
        reason=_reason(row, oddities, row["scanner"] in among),
        values=different_values(past, now) if past and now else {},
    )


def _reason(row: Row, oddities: Sequence[Oddity], of_any_symbol: bool) -> str:  # noqa: FBT001 - said by its name
    before = [one for one in oddities if one.time <= _instant(row["bar_time"])]
    own = [one for one in before if one.symbol == row["symbol"]]
    which = own or (before if of_any_symbol else [])
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
    return (row["scanner"], row["pattern"], row["direction"], row["symbol"], row["bar_time"])


def _by_bar(key: Key) -> tuple[str, ...]:
    return (key[4], key[3], *key[:3])


def _instant(text: str) -> int:
    return int(dt.datetime.fromisoformat(text).timestamp()) * 1_000_000
