"""What the quick scan's surfaces show: the rows of the last scan, how deep each is, and the scans before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Final

from tapehawk.analysis.part import unavailable
from tapehawk.core.errors import UnknownName
from tapehawk.core.events import SymbolAnalyzed
from tapehawk.scan.quick_rows import ANALYZING, COMPLETE, QUICK, Row

KEPT_SCANS: Final = 10
NOT_YET: Final = "not analysed yet"


@dataclass(frozen=True)
class Past:
    """A scan that was made; `at` is RFC 3339."""

    scan_id: str
    at: str
    symbols: int


class Board:
    """Rows and deep results by symbol, of the newest scan that has each; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._rows: dict[str, Row] = {}
        self._scan_of: dict[str, str] = {}
        self._status: dict[str, str] = {}
        self._deep: dict[str, Mapping[str, Any]] = {}
        self._current: tuple[str, ...] = ()
        self._past: deque[Past] = deque(maxlen=KEPT_SCANS)

    @property
    def past(self) -> list[Past]:
        """The last scans, oldest first."""
        with self._lock:
            return list(self._past)

    @property
    def last(self) -> Past | None:
        """The last scan."""
        return self.past[-1] if self.past else None

    def post(self, scan: Past, rows: Iterable[Row]) -> None:
        """Show a new scan; what was known deeply of its symbols is of an older one and goes."""
        with self._lock:
            self._past.append(scan)
            own = {row["symbol"]: row for row in rows}
            self._rows |= own
            self._scan_of |= dict.fromkeys(own, scan.scan_id)
            self._status |= dict.fromkeys(own, QUICK)
            self._current = tuple(own)
            for symbol in self._deep.keys() & own.keys():
                del self._deep[symbol]

    def begun(self, scan_id: str, symbols: Sequence[str]) -> None:
        """Note that symbols are being analysed."""
        with self._lock:
            for symbol in symbols:
                self._mark(scan_id, symbol, ANALYZING)

    def analyzed(self, event: SymbolAnalyzed) -> None:
        """Note what is known of a symbol; where nothing could be learned the row is as it was."""
        failed = event.deep_data.get("available") is False
        with self._lock:
            if self._mark(event.scan_id, event.symbol, QUICK if failed else COMPLETE):
                self._deep[event.symbol] = event.deep_data

    def rows(self) -> list[Row]:
        """Return the rows of the last scan as they stand."""
        with self._lock:
            return [self._row(symbol) for symbol in self._current]

    def symbol(self, symbol: str) -> tuple[Row, Mapping[str, Any]]:
        """Return a symbol's own row and what is known of it deeply. Raises UnknownName for one never scanned."""
        with self._lock:
            if symbol not in self._rows:
                raise UnknownName("symbol", symbol, self._rows, place="quick scans")
            return self._row(symbol), self._deep.get(symbol, unavailable(NOT_YET))

    def _mark(self, scan_id: str, symbol: str, status: str) -> bool:
        """Put a row's status, unless it is of another scan by now; say whether it was put."""
        if self._scan_of.get(symbol) != scan_id:
            return False
        self._status[symbol] = status
        return True

    def _row(self, symbol: str) -> Row:
        """Return a row as it stands; the rows themselves are shared with whoever scanned."""
        return {**self._rows[symbol], "status": self._status[symbol]}
