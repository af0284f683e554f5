"""Events over history: of the rows that answer a question, those that became true at their bar.

A live scan says the same of its bars as they close (`LiveScan.events`), by the same rule (`core/became.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from tapehawk.core.became import find_events
from tapehawk.core.scanner import Scanner
from tapehawk.core.watch import Found
from tapehawk.scan.asked import Asked
from tapehawk.scan.desk import Desk
from tapehawk.scan.hit_table import Row
from tapehawk.scan.question import Question, of_symbols, selection
from tapehawk.scan.report import plain_rows
from tapehawk.scan.rows import hits_of, taken
from tapehawk.scan.watching import watch_for

KEY: Final = ("scanner", "pattern", "direction", "symbol", "bar_time")


def events(desk: Desk, scanners: Sequence[Scanner], question: Question) -> list[Row]:
    """Return the rows of some scanners that are events, under the scanners' limits. Raises as `Desk.run` does."""
    asked = desk.asked(question)
    began = {_key(row) for found in _found(desk, scanners, question, asked) for row in _began(found, asked, desk)}
    rows = (row for report in desk.scan(scanners, question, asked) for row in report.rows())
    return [row for row in rows if _key(row) in began]


def _found(desk: Desk, scanners: Sequence[Scanner], question: Question, asked: Asked) -> list[Found]:
    panel, select = asked.among, selection(question, asked.days, asked.among)
    watches = [watch_for(one, panel.timeframe) for one in scanners]
    return find_events(panel, watches, of_symbols(asked.panel.symbols, panel, select), threads=desk.threads)


def _began(found: Found, asked: Asked, desk: Desk) -> Iterator[Row]:
    """Yield what is in the key of every event that a setup found."""
    hits = hits_of(found, asked.among, desk.risk)
    which = np.flatnonzero(found.began[hits.which])
    return plain_rows({name: taken(hits.columns[name], which) for name in KEY})


def _key(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in KEY)
