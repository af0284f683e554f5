"""Workers that do their work when a test says so, a clock of its own, and an ear for events."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tapehawk.core.events import Event, SymbolAnalyzed
from tapehawk.scan.deep_queue import ASKED, PERIODIC, Wish
from tapehawk.scan.deepening import Deepening, Limits


@dataclass
class Desk:
    """A queue of the second phase without a thread: batches are done by `work`, turns taken by `turn`.

    `asked`: the batches the analysis was asked for, `bars`: on which bars. `fails`, `silent`: symbols it raises for,
    and says nothing of.
    """

    limits: Limits = field(default_factory=Limits)
    fails: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    now: float = 0.0
    told: list[Event] = field(default_factory=list)
    begun: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    bars: list[str | None] = field(default_factory=list)
    pending: list[Callable[[], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.queue = Deepening(
            self.analyse,
            self.told.append,
            begun=lambda scan, symbols: self.begun.append((scan, tuple(symbols))),
            limits=self.limits,
            spawn=self.pending.append,
            clock=lambda: self.now,
        )

    def analyse(self, symbols: Sequence[str], sides: Mapping[str, str], timeframe: str | None) -> dict[str, Any]:
        self.asked.append({symbol: sides[symbol] for symbol in symbols})
        self.bars.append(timeframe)
        for symbol in symbols:
            if symbol in self.fails:
                raise ZeroDivisionError(symbol)
        return {symbol: {"side": sides[symbol]} for symbol in symbols if symbol not in self.silent}

    def put(self, scan: str, *symbols: str, periodic: bool = False, side: str = "BUY") -> int:
        """Let symbols wait, the first the strongest."""
        urgency = PERIODIC if periodic else ASKED
        wishes = [Wish(scan, symbol, side, 90.0 - place, urgency) for place, symbol in enumerate(symbols)]
        return self.queue.put(wishes, scan)

    def turn(self) -> float | None:
        return self.queue.turn()

    def work(self, place: int = 0) -> None:
        """Do a batch that was begun."""
        self.pending.pop(place)()

    def finish(self) -> None:
        """Take turns and work until there is nothing left to do."""
        self.turn()
        while self.pending:
            self.work()
            self.turn()

    def results(self, scan: str | None = None) -> dict[str, Any]:
        """What was told of symbols, in that order."""
        analyzed = [event for event in self.told if isinstance(event, SymbolAnalyzed)]
        return {event.symbol: event.deep_data for event in analyzed if scan in (None, event.scan_id)}
