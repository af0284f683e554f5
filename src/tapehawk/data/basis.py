"""What prices of files are adjusted for: what the file says of itself, and what the asker says of it.

Exported files carry `adjustment` and, row by row, `adjusted_as_of`. What stands there is believed before any default,
and never against the asker: where both speak and differ, the file is refused. The asker is whoever imports, or the
settings of a folder that is synced.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from tapehawk.core.bars import ADJUSTMENTS
from tapehawk.core.errors import BadInput

AS_OF: Final = "adjusted_as_of"


@dataclass(frozen=True)
class Asker:
    """Where the asker says how prices are adjusted, and `how` to say it there."""

    where: str
    how: str


OPTION: Final = Asker("--adjustment", "say --adjustment")


def adjustment_of(said: Mapping[str, frozenset[str | None]], told: str | None, asker: Asker = OPTION) -> str:
    """Return the adjustment of all files. `said`: file → what its rows say (None: nothing); `told`: by the asker.

    Raises BadInput when neither says it, a file contradicts the asker or another file, or a word is unknown.
    """
    for file, words in said.items():
        for word in sorted(words - {None, told}, key=str):
            _refuse(file, str(word), told, asker)
    spoken = {word for words in said.values() for word in words} if told is None else {told}
    if None in spoken or not spoken:
        silent = ", ".join(sorted(file for file, words in said.items() if None in words)[:3])
        hint = f"{asker.how} none (as traded), split (divided by later splits) or all (by dividends too)"
        raise BadInput(f"how are these prices adjusted? It can't be told from the file {silent}", hint=hint)
    if len(spoken) > 1:
        kinds = " and ".join(sorted(map(str, spoken)))
        raise BadInput(f"prices adjusted in several ways are mixed: {kinds}", hint="import each kind on its own")
    return str(spoken.pop())


def dated(rows: pl.DataFrame, adjustment: str, told: dt.date | None, asker: Asker = OPTION) -> pl.DataFrame:
    """Check the dates that rows say they were adjusted as of; rows as traded come back without the column.

    `told`: the date the asker gives, which then must be every row's. Raises BadInput where they contradict.
    """
    if AS_OF not in rows.columns:
        return rows
    dates = rows[AS_OF].drop_nulls().unique().sort()
    if adjustment == "none":
        if dates.len():
            message = f"the file says its prices are adjusted as of {dates[0]}, {asker.where} none that they are not"
            raise BadInput(message, hint="leave the column adjusted_as_of out if it is wrong")
        return rows.drop(AS_OF)
    for date in dates:
        if told is not None and date != told:
            message = f"the file says its prices are adjusted as of {date}, --adjusted-as-of says {told}"
            raise BadInput(message, hint="leave the option out: the file's own dates are used")
    return rows


def last_as_of(rows: pl.DataFrame) -> dt.date | None:
    """Return the last date that any row was adjusted as of."""
    date: dt.date | None = rows.select(pl.col(AS_OF).max()).item()
    return date


def _refuse(file: str, word: str, told: str | None, asker: Asker) -> None:
    if word not in ADJUSTMENTS:
        raise BadInput(f"{file} has the unknown adjustment {word!r}", hint=f"known are {', '.join(ADJUSTMENTS)}")
    if told is not None:
        message = f"{file} says its prices have the adjustment {word}, {asker.where} says {told}"
        raise BadInput(message, hint=f"{asker.how} {word}, or remove the column if it is wrong")
