"""Every word of the formula language with what it means and takes, for whoever helps somebody write a formula."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tapehawk.core.formula import Parameter, names

COLUMNS: Final[Mapping[str, str]] = {
    "open": "First price of the bar, split-adjusted.",
    "high": "Highest price of the bar, split-adjusted.",
    "low": "Lowest price of the bar, split-adjusted.",
    "close": "Last price of the bar, split-adjusted.",
    "volume": "Shares traded in the bar, split-adjusted.",
    "raw.open": "First price of the bar, as traded that day.",
    "raw.high": "Highest price of the bar, as traded that day.",
    "raw.low": "Lowest price of the bar, as traded that day.",
    "raw.close": "Last price of the bar, as traded that day.",
    "raw.volume": "Shares traded in the bar, as traded that day.",
    "minute": "Minutes since the session's open; 0 on daily bars.",
    "session": "Date of the session, in days since 1970.",
}


@dataclass(frozen=True)
class Listed:
    """A column or function. `signature`: as it is written; `fields`: its values by name where it gives several."""

    name: str
    kind: str
    signature: str
    meaning: str
    parameters: tuple[Parameter, ...] = ()
    fields: tuple[str, ...] = ()


def every_word() -> list[Listed]:
    """List the columns, then the functions in the order of the alphabet."""
    columns = [Listed(name, "column", name, meaning) for name, meaning in COLUMNS.items()]
    return columns + [
        Listed(word.name, "function", str(word), word.meaning, word.parameters, word.fields) for word in names()
    ]
