"""A scanner's limits while a session goes on: its lowest score, the first row of a symbol and pattern, the cap.

What a range over history shows of a session is what its bars show as they close: the same hits go through the same
`limited`. Of a scanner with a cap only what can ever be a row is kept: of each symbol and pattern the first hit that
has sound levels and the lowest score.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from tapehawk.core.panel import Panel
from tapehawk.core.scanner import Scanner
from tapehawk.core.signals import Risk
from tapehawk.scan.funnel import limited
from tapehawk.scan.hit_table import HitTable, Row, rows_and_events
from tapehawk.scan.rows import ordered, sound

__all__ = ["Row", "candidates", "firsts", "limits_of", "shown"]


def limits_of(scanners: Iterable[Scanner]) -> Mapping[str, Scanner]:
    """Return those scanners that have any limit, by name."""
    return {one.type(): one for one in scanners if one.limit() != (None, 0.0)}


def candidates(scanner: Scanner, table: HitTable) -> HitTable:
    """Return the hits that may be rows whatever other symbols do."""
    cap, floor = scanner.limit()
    good, score = sound(table.as_found())
    passing = table.of(good & (np.nan_to_num(score, nan=0.0) >= floor) if floor else good)
    return passing if cap is None else firsts(passing)


def firsts(table: HitTable) -> HitTable:
    """Return each symbol's first hit."""
    return table.of(np.unique(table.symbol, return_index=True)[1])


def shown(
    scanner: Scanner, cap: int, tables: Sequence[HitTable], like: Panel, risk: Risk
) -> tuple[list[Row], list[Row]]:
    """Return the rows that a scanner with a cap has of all its candidates, and those of them that are events."""
    hits = [one.hits(like, risk) for one in _early(tables, cap) if one.symbol.size]
    if not hits:
        return [], []
    return rows_and_events(limited(scanner, *ordered(hits, by_session=True, by_time=True), firsts=True).columns)


def _early(tables: Sequence[HitTable], cap: int) -> Sequence[HitTable]:
    """Leave out the candidates later than those that fill the cap, so that the rest is few.

    Setups may share a pattern's name; each (symbol, name) fills one place.
    """
    names = sorted({one.found.setup.pattern for one in tables})
    places = [one.symbol * len(names) + names.index(one.found.setup.pattern) for one in tables]
    time, place = np.concatenate([one.time for one in tables]), np.concatenate(places)
    order = np.argsort(time, kind="stable")
    filled = time[order][np.unique(place[order], return_index=True)[1]]
    if filled.size <= cap:
        return tables
    last = np.partition(filled, cap - 1)[cap - 1]
    return [one.of(one.time <= last) for one in tables]
