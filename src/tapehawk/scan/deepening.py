"""The second phase: a queue of symbols, deepened batch by batch in threads, told as results come.

    put(scan) ──► DeepQueue ──batches: a few symbols, then more──► threads: analyse ──► SymbolAnalyzed, AnalysisProgress
                     │                                               │
                     └──full: turned away, said ◄──late: said───────┘         … every scan ends in DeepAnalysisComplete

What is done is decided in `turn`, which takes no time: it collects what came back, gives up what is overdue and begins
what there is room for. One thread of ours calls it when something happens; tests call it themselves, with a clock and
workers of their own. A thread can not be stopped: a batch that is overdue is left behind, and its symbols are tried
again one by one, so that a slow one spoils no other; what is overdue alone is said to have failed. After MOST_LOST
batches were left behind what still waits is turned away, so that a scan always comes to its end.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Event as Flag
from threading import RLock, Thread
from typing import Final, TypeAlias

from tapehawk.analysis.part import unavailable
from tapehawk.core.events import AnalysisProgress, DeepAnalysisComplete, Event, SymbolAnalyzed
from tapehawk.scan.deep_answers import Analyse, Parts, analysed, silent
from tapehawk.scan.deep_queue import ASKED, DeepQueue, Wish

Spawn: TypeAlias = Callable[[Callable[[], None]], None]

MOST_LOST: Final = 8
"""Batches that never come back; a symbol that hangs is in two of them, with others and alone."""
LONGEST_PAUSE: Final = 1.0
"""Seconds for which nothing is begun at most, however many are answered meanwhile."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """`room`: symbols that may wait. `threads`: batches at a time. `first`, `most`: symbols of a batch, which grows.

    `patience`: seconds that a batch may take, and then each of its symbols alone.
    """

    room: int = 20_000
    threads: int = 2
    first: int = 2
    most: int = 64
    patience: float = 30.0


@dataclass(frozen=True)
class Deepened:
    """How the queue stands. `lost`: batches that never came back; `turned_away`: symbols that found no room, ever."""

    waiting: int
    running: int
    lost: int
    turned_away: int


@dataclass(eq=False)
class _Batch:
    wishes: list[Wish]
    due: float
    parts: Mapping[str, Parts] | None = None


@dataclass(eq=False)
class _Scan:
    """What a scan still waits for, and how many of its symbols have been told."""

    left: set[str]
    processed: int = 0


@dataclass(eq=False)
class _State:
    queue: DeepQueue
    size: int
    scans: dict[str, _Scan] = field(default_factory=dict)
    newest: dict[tuple[str, str], str] = field(default_factory=dict)
    running: list[_Batch] = field(default_factory=list)
    answering: int = 0
    answering_since: float = 0.0
    lost: list[_Batch] = field(default_factory=list)
    turned_away: int = 0


def daemon(work: Callable[[], None]) -> None:
    """Run in a thread that does not keep the program from ending."""
    Thread(target=work, daemon=True).start()


class Deepening:
    """Deepens scans. `tell` hears every event in order, `begun` the symbols whose analysis begins (with their scan)."""

    def __init__(  # noqa: PLR0913 - who analyses, who hears, and the three things a test takes the place of
        self,
        analyse: Analyse,
        tell: Callable[[Event], None],
        *,
        begun: Callable[[str, Sequence[str]], None] = lambda *_: None,
        limits: Limits | None = None,
        spawn: Spawn = daemon,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._analyse, self._tell, self._begun = analyse, tell, begun
        self._limits, self._spawn, self._clock = limits or Limits(), spawn, clock
        self._state = _State(DeepQueue(self._limits.room), self._limits.first)
        self._lock, self._wake, self._started, self._closed = RLock(), Flag(), False, False
        self._outbox: deque[Callable[[], None]] = deque()

    def start(self) -> None:
        """Let a thread take the turns, until `close`; to start what is started changes nothing."""
        with self._lock:
            started, self._started = self._started, True
        if not started:
            daemon(self._run)

    def close(self) -> None:
        """Stop: what waits is not begun, what runs is not told."""
        self._closed = True
        self._wake.set()

    def put(self, wishes: Sequence[Wish], scan_id: str) -> int:
        """Let a scan's symbols wait; return how many were turned away, of whichever scan."""
        with self._lock:
            state = self._state
            state.scans[scan_id] = _Scan({wish.symbol for wish in wishes})
            for wish in wishes:
                self._supersede(wish, scan_id)
            away = self._queue(wishes)
            self._complete()
            if any(wish.urgency == ASKED for wish in wishes):
                state.size = self._limits.first
        self._wake.set()
        return away

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Begin no batch meanwhile: who asks is answered first."""
        with self._lock:
            if not self._state.answering:
                self._state.answering_since = self._clock()
            self._state.answering += 1
        try:
            yield
        finally:
            with self._lock:
                self._state.answering -= 1
            self._wake.set()

    def status(self) -> Deepened:
        """Say how the queue stands."""
        with self._lock:
            state = self._state
            running = sum(len(batch.wishes) for batch in state.running)
            return Deepened(len(state.queue), running, len(state.lost), state.turned_away)

    def turn(self) -> float | None:
        """Do what there is to do and tell it; return the seconds until something is overdue, None if nothing can be."""
        if self._closed:
            return None
        with self._lock:
            now = self._clock()
            self._collect()
            self._give_up(now)
            self._begin(now)
            self._complete()
            due = min((batch.due for batch in self._state.running), default=None)
        while self._outbox:
            self._outbox.popleft()()
        return None if due is None else max(0.0, due - now)

    def _run(self) -> None:
        wait: float | None = 0.0
        while not self._closed:
            self._wake.wait(wait)
            self._wake.clear()
            try:
                wait = self.turn()
            except Exception:  # noqa: BLE001 - the outermost loop of the queue
                _log.exception("whoever hears the second phase failed; the others are told on")
                wait = 0.0

    def _supersede(self, wish: Wish, scan_id: str) -> None:
        """Take a symbol from the scan of the same owner that it was analysed for until now."""
        older = self._state.newest.get(wish.key)
        if older in self._state.scans and older != scan_id:
            self._state.scans[older].left.discard(wish.symbol)
        self._state.newest[wish.key] = scan_id

    def _queue(self, wishes: Sequence[Wish]) -> int:
        """Let wishes wait; tell which found no room, of whichever scan, and return how many."""
        _, away = self._state.queue.add(wishes)
        self._state.turned_away += len(away)
        self._say(away, f"turned away: the queue is full ({self._limits.room:,} symbols)")
        return len(away)

    def _collect(self) -> None:
        """Tell what came back; of those given up nothing is told again."""
        state = self._state
        for batch in [one for one in state.running if one.parts is not None]:
            state.running.remove(batch)
            for wish in batch.wishes:
                self._told(wish, (batch.parts or {}).get(wish.symbol, silent()))
            self._progress(batch.wishes)
        state.lost = [batch for batch in state.lost if batch.parts is None]

    def _give_up(self, now: float) -> None:
        """Try the symbols of overdue batches alone; tell which are overdue alone.

        Where too many never come back, tell that nothing else is begun.
        """
        state = self._state
        for batch in [one for one in state.running if now >= one.due]:
            state.running.remove(batch)
            state.lost.append(batch)
            if len({wish.symbol for wish in batch.wishes}) > 1:
                self._queue([wish._replace(alone=True) for wish in batch.wishes if self._waits_for(wish)])
            else:
                self._say(batch.wishes, f"it took longer than {self._limits.patience:g} s")
        if len(state.lost) >= MOST_LOST:
            self._say(state.queue.clear(), f"not begun: {len(state.lost)} analyses have not come back")

    def _begin(self, now: float) -> None:
        state, limits = self._state, self._limits
        if state.answering and now < state.answering_since + LONGEST_PAUSE:
            return
        while len(state.queue) and len(state.running) < limits.threads:
            batch = _Batch(state.queue.take(state.size), now + limits.patience)
            state.size = min(2 * state.size, limits.most)
            state.running.append(batch)
            for scan_id in dict.fromkeys(wish.scan_id for wish in batch.wishes):
                symbols = [wish.symbol for wish in batch.wishes if wish.scan_id == scan_id]
                self._outbox.append(partial(self._begun, scan_id, symbols))
            self._spawn(partial(self._work, batch))

    def _work(self, batch: _Batch) -> None:
        sides = {wish.symbol: wish.side for wish in batch.wishes}
        parts = analysed(self._analyse, sides, batch.wishes[0].timeframe)
        with self._lock:
            batch.parts = parts
        self._wake.set()

    def _say(self, wishes: Sequence[Wish], reason: str) -> None:
        """Tell that nothing will be known of some symbols, and why."""
        for wish in wishes:
            self._told(wish, unavailable(reason))
        self._progress(wishes)

    def _told(self, wish: Wish, parts: Parts) -> None:
        """Tell a symbol's parts, unless a newer scan has asked for it since."""
        if not self._waits_for(wish):
            return
        scan = self._state.scans[wish.scan_id]
        scan.left.discard(wish.symbol)
        self._state.newest.pop(wish.key, None)
        scan.processed += 1
        self._outbox.append(partial(self._tell, SymbolAnalyzed(wish.symbol, wish.scan_id, parts)))

    def _waits_for(self, wish: Wish) -> bool:
        """Say whether the scan still waits for the symbol."""
        scan = self._state.scans.get(wish.scan_id)
        return scan is not None and wish.symbol in scan.left

    def _progress(self, wishes: Sequence[Wish]) -> None:
        for scan_id in dict.fromkeys(wish.scan_id for wish in wishes):
            scan = self._state.scans.get(scan_id)
            if scan is not None:
                progress = AnalysisProgress(scan_id, scan.processed, len(scan.left))
                self._outbox.append(partial(self._tell, progress))

    def _complete(self) -> None:
        """Tell which scans wait for nothing any more."""
        for scan_id in [name for name, scan in self._state.scans.items() if not scan.left]:
            del self._state.scans[scan_id]
            self._outbox.append(partial(self._tell, DeepAnalysisComplete(scan_id)))
