"""What the quick scan's surfaces show: the rows of the last scan, how deep each is, and the scans before.

Who asks for a scan has a board of their own; what the system scans is on one that everybody sees beside it. Where
several processes scan, each follows what the others tell, so that whichever is asked shows the same boards.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Any, Final, cast

from tapehawk.analysis.part import unavailable
from tapehawk.core.errors import NotFound
from tapehawk.core.events import AnalysisProgress, DeepAnalysisComplete, Event, QuickScanComplete, SymbolAnalyzed
from tapehawk.core.instants import rfc3339
from tapehawk.scan.quick_rows import ANALYZING, COMPLETE, QUICK, Row

KEPT_SCANS: Final = 10
KEPT_BOARDS: Final = 16
"""Boards of people; a whole market analysed deeply takes tens of megabytes."""
KEPT_IDS: Final = 10_000
"""Scans made here whose news are known when they come back: no bus keeps more of them."""
SILENT: Final = 120.0
"""Seconds after which a process that tells no more of a scan has left it."""
SYSTEM: Final = ""
NOT_YET: Final = "not analysed yet"


@dataclass(frozen=True)
class Past:
    """A scan that was made; `at` is RFC 3339, `number` counts the scans that the process knows of."""

    scan_id: str
    at: str
    symbols: int
    number: int = 0


def made_at(scan_id: str) -> str:
    """Return when a scan was made, which its id `scan_<unix seconds>` says, as RFC 3339."""
    return rfc3339(int(scan_id.split("_")[1]) * 1_000_000)


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

    def by_symbol(self) -> dict[str, Row]:
        """Return the newest row of every symbol that was ever scanned, as it was scanned."""
        with self._lock:
            return dict(self._rows)

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
    """The system's board, and those of the people who scanned last; safe to use from several threads.

    `own`: what tells the ids of scans made here from those of other processes, "" where there are none. `clock`:
    seconds that only grow.
    """

    def __init__(self, own: str = "", *, clock: Callable[[], float] = time.monotonic) -> None:
        self.own = own
        self._lock, self._system, self._clock = RLock(), Board(), clock
        self._own: OrderedDict[str, Board] = OrderedDict()
        self._made: OrderedDict[str, None] = OrderedDict()  # ids of scans that were made here
        self._elsewhere: dict[str, tuple[int, float]] = {}  # of others: how many symbols wait, and since when
        self._number = 0

    def post(self, owner: str, scan_id: str, rows: Sequence[Row]) -> None:
        """Show a scan that was made here."""
        with self._lock:
            self._made[scan_id] = None
            while len(self._made) > KEPT_IDS:
                self._made.popitem(last=False)
        self._post(owner, scan_id, rows)

    def follow(self, event: Event) -> None:
        """Take note of what another process tells of its scans; what is told of one made here is known already."""
        if not isinstance(event, QuickScanComplete | SymbolAnalyzed | AnalysisProgress | DeepAnalysisComplete):
            return
        with self._lock:
            if event.scan_id in self._made:
                return
            if isinstance(event, AnalysisProgress):
                self._elsewhere[event.scan_id] = event.remaining, self._clock()
            elif isinstance(event, DeepAnalysisComplete):
                self._elsewhere.pop(event.scan_id, None)
        if isinstance(event, QuickScanComplete):
            self._post(event.owner, event.scan_id, cast("Sequence[Row]", event.signals))
        elif isinstance(event, SymbolAnalyzed):
            self.of(event.owner).analyzed(event)

    @property
    def waiting_elsewhere(self) -> int:
        """Count the symbols that wait in other processes, as far as these still tell of it."""
        with self._lock:
            now = self._clock()
            self._elsewhere = {id: one for id, one in self._elsewhere.items() if now - one[1] < SILENT}
            return sum(waiting for waiting, _ in self._elsewhere.values())

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

    def _post(self, owner: str, scan_id: str, rows: Sequence[Row]) -> None:
        with self._lock:
            self._number += 1
            scan = Past(scan_id, made_at(scan_id), len(rows), self._number)
        self.of(owner).post(scan, rows)

    def _seen_by(self, owner: str) -> list[Board]:
        with self._lock:
            return [self._system, *([self._own[owner]] if owner in self._own else [])]
