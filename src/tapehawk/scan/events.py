"""Events over history: of the rows that answer a question, those that became true at their bar.

A live scan says the same of its bars as they close (`LiveScan.events`), by the same rule (`core/became.py`); that both
say the same of a day is what parity compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

import numpy as np

from tapehawk.core.became import find_events
from tapehawk.core.scanner import Scanner
from tapehawk.core.watch import Found
from tapehawk.scan.asked import Asked
from tapehawk.scan.desk import Desk
from tapehawk.scan.hit_table import Row
from tapehawk.scan.looking import Look, look_for
from tapehawk.scan.question import Question
from tapehawk.scan.report import plain_rows
from tapehawk.scan.rows import hits_of, taken

IsEvent: TypeAlias = Callable[[Row], bool]
KEY: Final = ("scanner", "pattern", "direction", "symbol", "bar_time")


def events_among(desk: Desk, scanners: Sequence[Scanner], question: Question, asked: Asked) -> IsEvent:
    """Return what says of each row of the answer to a question whether it is an event."""
    look = look_for(scanners, question, asked)
    found = find_events(look.panel, look.watches, look.select, threads=desk.threads)
    began = {_key(row) for one in found for row in _began(one, look, desk)}
    return lambda row: _key(row) in began


def _began(found: Found, look: Look, desk: Desk) -> Iterator[Row]:
    """Yield what is in the key of every event that a setup found."""
    hits = hits_of(found, look.panel, desk.risk)
    which = np.flatnonzero(found.began[hits.which])
    return plain_rows({name: taken(hits.columns[name], which) for name in KEY})


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)
