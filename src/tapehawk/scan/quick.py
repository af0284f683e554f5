"""The two-phase scan: rows at once, then each of them deepened in the background, told as facts.

    scan ──► QuickScanComplete ──► queue ──► SymbolAnalyzed …, AnalysisProgress … ──► DeepAnalysisComplete
      └── periodic: compared with the one before ──► StateChanged …

Nothing here goes to the network: both phases read the store. Whoever listens is handed in as `tell`; it hears events in
order, from the thread that scans and from the queue's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Protocol

from tapehawk.core.errors import TapehawkError
from tapehawk.core.events import (
    AnalysisProgress,
    DeepAnalysisComplete,
    Event,
    QuickScanComplete,
    SymbolAnalyzed,
)
from tapehawk.scan import quick_wire
from tapehawk.scan.deep_queue import ASKED, PERIODIC, Wish
from tapehawk.scan.deepening import Deepening
from tapehawk.scan.quick_board import SYSTEM, Boards
from tapehawk.scan.quick_changes import Seen, changes
from tapehawk.scan.quick_question import QuickAnswer, QuickQuestion
from tapehawk.scan.quick_rows import Row
from tapehawk.scan.quick_wire import Periodic


class Answers(Protocol):
    """Answers the first phase, as `QuickDesk` does."""

    def answer(self, question: QuickQuestion, *, on_build: Callable[[], None] | None = None) -> QuickAnswer:
        """Return a row for each symbol asked for."""


class MakesQueue(Protocol):
    """Makes the queue of the second phase."""

    def __call__(self, tell: Callable[[Event], None], begun: Callable[[str, Sequence[str]], None]) -> Deepening:
        """Return a queue; `tell` hears its events, `begun` which symbols' analysis begins."""


@dataclass(frozen=True, eq=False)
class QuickScan:
    """A quick scan that has answered. `turned_away`: symbols that will not be deepened, for want of room."""

    scan_id: str
    at: dt.datetime
    question: QuickQuestion
    answer: QuickAnswer
    turned_away: int = 0

    @property
    def rows(self) -> list[Row]:
        """The rows, strongest first."""
        return self.answer.rows

    def to_dict(self) -> dict[str, Any]:
        """Return it as its surfaces answer at once."""
        return quick_wire.answered(self.scan_id, self.answer, self.turned_away)


class QuickScanner:
    """Scans in two phases, keeps what its surfaces show, compares periodic scans. `periodic`: whether any are made."""

    def __init__(
        self,
        desk: Answers,
        queue: MakesQueue,
        tell: Callable[[Event], None],
        *,
        now: Callable[[], dt.datetime],
        boards: Boards | None = None,
    ) -> None:
        self._desk, self._tell, self._now = desk, tell, now
        self.boards, self.periodic = boards or Boards(), Periodic()
        self.queue = queue(self._hear, self._begun)
        self._owner_of: dict[str, str] = {}
        self._posting, self._counting, self._scanning = Lock(), Lock(), 0
        self._second = self._alike = 0

    def start(self) -> None:
        """Begin to deepen what is scanned."""
        self.queue.start()

    def close(self) -> None:
        """Stop deepening."""
        self.queue.close()

    def scan(
        self,
        question: QuickQuestion,
        *,
        owner: str = SYSTEM,
        periodic: bool = False,
        on_build: Callable[[], None] | None = None,
    ) -> QuickScan:
        """Scan, tell it, and let its symbols wait for their deep analysis. Raises what the desk does.

        A periodic scan is less urgent than one that a person asked for, and is compared with the one before. What an
        owner scans takes the place of their own older scans, of nobody else's.
        """
        self._count(1)
        try:
            answer = self._desk.answer(question, on_build=on_build)
        finally:
            self._count(-1)
        with self._posting:  # scans are told in the order of their ids
            at = self._now()
            scan_id = self._fresh_id(int(at.timestamp()))
            self._owner_of[scan_id], before = owner, self.boards.of(owner).by_symbol()
            self.boards.post(owner, scan_id, answer.rows)
            self._tell(QuickScanComplete(scan_id, tuple(answer.rows), owner))
            how = PERIODIC if periodic else ASKED, question.timeframe, owner
            wishes = [Wish(scan_id, row["symbol"], row["signal"], row["strength"], *how) for row in answer.rows]
            away = self.queue.put(wishes, scan_id)
            if periodic:
                self._compare(before, answer)
        return QuickScan(scan_id, at, question, answer, away)

    def scan_periodically(self, question: QuickQuestion) -> None:
        """Scan because it is time to; what keeps it from that is no end of the program: the status says it."""
        try:
            self.scan(question, periodic=True)
        except TapehawkError as error:
            self.periodic = Periodic(enabled=True, trouble=error.message)
        else:
            self.periodic = Periodic(enabled=True)

    def results(self, owner: str = SYSTEM) -> dict[str, Any]:
        """Return the rows of the last scan that an owner may see and how things stand, as the surfaces show them."""
        board = self.boards.newest(owner)
        return quick_wire.results(board.rows(), self._standing(owner), board.last)

    def symbol(self, symbol: str, owner: str = SYSTEM) -> dict[str, Any]:
        """Return one symbol's own row and deep analysis. Raises UnknownName for one that was never scanned."""
        return quick_wire.of_symbol(symbol, *self.boards.symbol(symbol, owner))

    def scan_status(self, owner: str = SYSTEM) -> dict[str, Any]:
        """Return how things stand, and the last scans that an owner may see, newest first."""
        return quick_wire.scan_status(self._standing(owner), self.boards.past(owner), self.periodic)

    def _standing(self, owner: str) -> dict[str, Any]:
        queue, elsewhere = self.queue.status(), self.boards.waiting_elsewhere
        queue = replace(queue, waiting=queue.waiting + elsewhere)
        return quick_wire.standing(self.boards.newest(owner).last, queue, scanning=self._scanning > 0)

    def _begun(self, scan_id: str, symbols: Sequence[str]) -> None:
        self.boards.of(self._owner_of.get(scan_id, SYSTEM)).begun(scan_id, symbols)

    def _hear(self, event: Event) -> None:
        """Note what the queue says and tell it on, with whose scan it is about."""
        if isinstance(event, SymbolAnalyzed | AnalysisProgress | DeepAnalysisComplete):
            event = replace(event, owner=self._owner_of.get(event.scan_id, SYSTEM))
        if isinstance(event, SymbolAnalyzed):
            self.boards.of(event.owner).analyzed(event)
        if isinstance(event, DeepAnalysisComplete):
            self._owner_of.pop(event.scan_id, None)
        self._tell(event)

    def _compare(self, before: Mapping[str, Row], answer: QuickAnswer) -> None:
        for change in changes(before, Seen({row["symbol"]: row for row in answer.rows}, answer.latest)):
            self._tell(change)

    def _count(self, more: int) -> None:
        with self._counting:
            self._scanning += more

    def _fresh_id(self, second: int) -> str:
        """Return `scan_<unix seconds>`, with a number behind it where others fell into the same second.

        Where other processes scan too, what is this one's own stands behind it always: nobody asks them for the next.
        """
        self._alike = self._alike + 1 if second == self._second else 1
        self._second = second
        behind = [self.boards.own, "" if self._alike == 1 else str(self._alike)]
        return "_".join([f"scan_{second}", *filter(None, behind)])
