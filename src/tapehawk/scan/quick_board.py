"""What the quick scan's surfaces show: the rows of the last scan, how deep each is, and the scans before.

Who asks for a scan has a board of their own; what the system scans is on one that everybody sees beside it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Final

from tapehawk.analysis.part import unavailable
from tapehawk.core.errors import NotFound
from tapehawk.core.events import SymbolAnalyzed
from tapehawk.scan.quick_rows import ANALYZING, COMPLETE, QUICK, Row

KEPT_SCANS: Final = 10
KEPT_BOARDS: Final = 16
"""Boards of people; a whole market analysed deeply takes tens of megabytes."""
SYSTEM: Final = ""
NOT_YET: Final = "not analysed yet"


@dataclass(frozen=True)
class Past:
    """A scan that was made; `at` is RFC 3339, `number` counts the scans of the process."""

    scan_id: str
    at: str
    symbols: int
    number: int = 0


class Board:
    """Rows and deep results by symbol, of the newest scan that has each; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._rows: dict[str, Row] = {}
        self._scan_of: dict[str, Past] = {}
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
            self._scan_of |= dict.fromkeys(own, scan)
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

    def number_of(self, symbol: str) -> int:
        """Return the number of the scan that a symbol's row is of, -1 for one never scanned."""
        with self._lock:
            scan = self._scan_of.get(symbol)
            return -1 if scan is None else scan.number

    def symbols(self) -> list[str]:
        """Return the symbols that were ever scanned."""
        with self._lock:
            return list(self._rows)

    def symbol(self, symbol: str) -> tuple[Row, Mapping[str, Any]]:
        """Return a symbol's own row and what is known of it deeply. Raises KeyError for one never scanned."""
        with self._lock:
            return self._row(symbol), self._deep.get(symbol, unavailable(NOT_YET))

    def _mark(self, scan_id: str, symbol: str, status: str) -> bool:
        """Put a row's status, unless it is of another scan by now; say whether it was put."""
        scan = self._scan_of.get(symbol)
        if scan is None or scan.scan_id != scan_id:
            return False
        self._status[symbol] = status
        return True

    def _row(self, symbol: str) -> Row:
        """Return a row as it stands; the rows themselves are shared with whoever scanned."""
        return {**self._rows[symbol], "status": self._status[symbol]}


class Boards:
    """The system's board, and those of the people who scanned last; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock, self._system = RLock(), Board()
        self._own: OrderedDict[str, Board] = OrderedDict()

    def of(self, owner: str) -> Board:
        """Return the board that an owner's scans are posted on, made where there is none."""
        if owner == SYSTEM:
            return self._system
        with self._lock:
            board = self._own.setdefault(owner, Board())
            self._own.move_to_end(owner)
            while len(self._own) > KEPT_BOARDS:
                self._own.popitem(last=False)
            return board

    def newest(self, owner: str) -> Board:
        """Return the board with the newest of the scans that an owner may see."""
        return max(self._seen_by(owner), key=lambda board: board.last.number if board.last else -1)

    def past(self, owner: str) -> list[Past]:
        """Return the last scans that an owner may see, oldest first."""
        seen = [scan for board in self._seen_by(owner) for scan in board.past]
        return sorted(seen, key=lambda scan: scan.number)[-KEPT_SCANS:]

    def symbol(self, symbol: str, owner: str) -> tuple[Row, Mapping[str, Any]]:
        """Return a symbol's row of the newest scan that an owner may see. Raises NotFound for one never scanned."""
        boards = self._seen_by(owner)
        board = max(boards, key=lambda one: one.number_of(symbol))
        if board.number_of(symbol) < 0:
            known = {name for one in boards for name in one.symbols()}
            raise NotFound("symbol", symbol, known, place="quick scans")
        return board.symbol(symbol)

    def _seen_by(self, owner: str) -> list[Board]:
        with self._lock:
            return [self._system, *([self._own[owner]] if owner in self._own else [])]
