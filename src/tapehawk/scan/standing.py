"""States as bars close: the hits at each symbol's last bar, which are true until its next one says otherwise.

They are what a scan over history answers for the session when its bars end there: the same rows, under the same limits
(a cap keeps the best of them, not the first of the session). A symbol that is halted keeps its states, each with the
time of its bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from tapehawk.core.panel import Flags, Ints, Panel
from tapehawk.core.scanner import Scanner
from tapehawk.core.signals import Risk
from tapehawk.core.watch import Found
from tapehawk.scan.funnel import limited
from tapehawk.scan.hit_table import HitTable, Row, rows_and_events, whole
from tapehawk.scan.rows import ordered


class Standing:
    """The hits of some scanners that stand. `like`: a panel of the universe's symbols, without bars.

    `admit` says which of a scanner's hits count, by the start of their bars; None: all do.
    """

    def __init__(
        self,
        like: Panel,
        risk: Risk,
        scanners: Iterable[Scanner],
        *,
        admit: Callable[[str, Ints], Flags] | None = None,
    ) -> None:
        self._like, self._risk, self._admit = like, risk, admit
        self._scanners = {one.type(): one for one in scanners}
        self._tables: dict[int, HitTable] = {}

    def take(self, found: list[Found], panel: Panel, symbols: Ints) -> None:
        """Go on with bars; `symbols`: which of the universe the panel's are. Those without a bar keep what they had."""
        moved = np.zeros(len(self._like.symbols), dtype=bool)
        moved[symbols[np.diff(panel.starts) > 0]] = True
        for number, one in enumerate(found):
            last = HitTable.of_found(one, panel, symbols).of(_at_last_bar(one, panel))
            if self._admit and last.symbol.size:
                last = last.of(self._admit(one.scanner, last.time))
            before = self._tables.get(number)
            self._tables[number] = last if before is None else whole([before.of(~moved[before.symbol]), last])

    def rows(self) -> list[Row]:
        """Return them as rows, scanner by scanner, each in the order of a scan over history."""
        return [row for name in self._scanners for row in self._rows(name)]

    def _rows(self, name: str) -> list[Row]:
        tables = [one for one in self._tables.values() if one.found.scanner == name and one.symbol.size]
        if not tables:
            return []
        hits = [one.hits(self._like, self._risk) for one in tables]
        return rows_and_events(limited(self._scanners[name], *ordered(hits, by_session=False)).columns)[0]


def _at_last_bar(found: Found, panel: Panel) -> Flags:
    last: Flags = found.bar == panel.starts[found.symbol + 1] - 1
    return last
