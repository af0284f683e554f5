"""Which column of a file is which: from any sane naming to the names of the house.

Names are compared without case, spaces and punctuation ("Adj Close", "<TICKER>", "1. open"). The tables below say what
is understood, best name first; nothing is guessed beyond them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from tapehawk.core.errors import BadInput

_STAMPS: Final = ("timestamp", "ts", "datetime", "windowstart", "opentime", "barstart", "starttime")
_CLOCKS: Final = ("time", "t")
_DATES: Final = ("date", "day", "sessiondate")

ROLES: Final[dict[str, tuple[str, ...]]] = {
    "symbol": ("symbol", "ticker", "sym", "tic", "instrument"),
    "time": (*_STAMPS, *_CLOCKS, *_DATES),
    "open": ("open", "o", "openprice"),
    "high": ("high", "h", "highprice"),
    "low": ("low", "l", "lowprice"),
    "close": ("close", "c", "closeprice"),
    "volume": ("volume", "vol", "v", "sharevolume"),
    "adjusted_close": ("adjclose", "adjustedclose", "closeadj"),
    "volume_scope": ("volscope", "volumescope"),
    "labels": ("labels",),
    "adjustment": ("adjustment",),
    "adjusted_as_of": ("adjustedasof",),
}
NEEDED: Final = ("time", "open", "high", "low", "close", "volume")


def plain(name: str) -> str:
    """Return a column's name without case, spaces, punctuation and a leading number: `<Adj Close>` → `adjclose`."""
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    return letters.lstrip("0123456789") or letters


def map_columns(columns: Sequence[str], *, place: str) -> dict[str, str]:
    """Return role → column of a file of bars.

    `date` and `clock` are added when the day and the time of day stand in two columns. Raises BadInput when a needed
    column is missing or two columns have the same right to a role.
    """
    found: dict[str, str] = {}
    for role, names in ROLES.items():
        column = _column(columns, names, role=role, place=place)
        if column is not None:
            found[role] = column
    missing = [role for role in NEEDED if role not in found]
    if missing:
        hint = f"name them {', '.join(missing)}; the file has {', '.join(columns)}"
        raise BadInput(f"{place} has no column for {', '.join(missing)}", hint=hint)
    day = _column(columns, _DATES, role="date", place=place)
    clock = _column(columns, _CLOCKS, role="time", place=place)
    if day and clock and found["time"] == clock:
        found |= {"date": day, "clock": clock}
    return found


def describe(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the mapping as people read it: the two columns of a time joined."""
    shown = {role: column for role, column in mapping.items() if role not in ("date", "clock")}
    if "clock" in mapping:
        shown["time"] = f"{mapping['date']} + {mapping['clock']}"
    return shown


def _column(columns: Sequence[str], names: Sequence[str], *, role: str, place: str) -> str | None:
    for name in names:
        same = [column for column in columns if plain(column) == name]
        if len(same) > 1:
            raise BadInput(
                f"{place} has {len(same)} columns for {role}: {', '.join(same)}", hint="remove or rename one"
            )
        if same:
            return same[0]
    return None
