"""Joining the parts for the two-phase scan: settings become a desk, the markets' analysts, a queue between them."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Event as Flag
from threading import Lock
from typing import Final

from tapehawk.analysis.opportunity import Opportunity
from tapehawk.analysis.part import Part
from tapehawk.app.market_bars import benchmark_of
from tapehawk.app.observed import PastSignals
from tapehawk.app.settings import Settings
from tapehawk.core.events import Event
from tapehawk.data.panels import PanelQuestion
from tapehawk.scan.deep import Analyst, usual_parts
from tapehawk.scan.deep_answers import Parts
from tapehawk.scan.deep_data import deep_data
from tapehawk.scan.deepening import Deepening, Limits, daemon
from tapehawk.scan.learned import Models
from tapehawk.scan.periodic import repeat
from tapehawk.scan.quick import Answers, QuickScan, QuickScanner
from tapehawk.scan.quick_board import Boards
from tapehawk.scan.quick_desk import QuickDesk
from tapehawk.scan.quick_question import CRYPTO, US, USUAL_TIMEFRAME, QuickQuestion
from tapehawk.scan.quick_reference import StoreReference
from tapehawk.scan.quick_wire import Periodic
from tapehawk.scan.stored_bars import StoredBars

EVERYTHING: Final = (QuickQuestion(), QuickQuestion(universe=CRYPTO))
"""What is scanned periodically: every market."""


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Analysts:
    """The deep analysis of every market, on any bars; an analyst is made when it is first asked."""

    def __init__(self, known: Settings, now: Callable[[], dt.datetime]) -> None:
        self._known, self._now = known, now
        self._made: dict[tuple[str, str], Analyst] = {}
        self._making = Lock()

    def ready(self, question: QuickQuestion) -> None:
        """Make who a question needs, which may build panels, so that no symbol has to wait for that."""
        for market in question.markets:
            self._analyst(market, question.timeframe)

    def are_ready(self, question: QuickQuestion) -> bool:
        """Say whether everybody is there whom a question needs."""
        return all((market, question.timeframe_of(market)) in self._made for market in question.markets)

    def __call__(self, symbols: Sequence[str], sides: Mapping[str, str], timeframe: str | None) -> Mapping[str, Parts]:
        """Analyse symbols deeply, in the words published."""
        coins = [symbol for symbol in symbols if "/" in symbol]
        found: dict[str, Parts] = {}
        for market, named in ((CRYPTO, coins), (US, [symbol for symbol in symbols if "/" not in symbol])):
            if named:
                said = self._analyst(market, timeframe).analyse(named, sides)
                found |= {symbol: deep_data(parts) for symbol, parts in said.items()}
        return found

    def _analyst(self, market: str, timeframe: str | None) -> Analyst:
        about = timeframe or USUAL_TIMEFRAME[market]
        if (market, about) in self._made:  # nobody waits for another market's panels
            return self._made[market, about]
        with self._making:
            if (market, about) not in self._made:
                bars = StoredBars(self._known.store, PanelQuestion(about, market, prefer=_prefer(self._known)[market]))
                parts, benchmark = self._parts(market, about, bars), benchmark_of(self._known, market)
                self._made[market, about] = Analyst(bars, parts, benchmark=benchmark, now=self._now)
            return self._made[market, about]

    def _parts(self, market: str, timeframe: str, bars: StoredBars) -> list[Part]:
        """Return every part.

        The prediction is that of the models which the store has for these bars; beside the score stands what became of
        past signals on such bars.
        """
        known = self._known
        models = Models(known.store, known.scanners, timeframe, market=market, parameters=known.parameters)
        past = PastSignals(known.store, lambda: bars(timeframe))
        past.ready()
        own: tuple[Part, ...] = (models.prediction(), Opportunity(timeframe, past))
        by_name = {part.name: part for part in own}
        return [by_name.get(part.name, part) for part in usual_parts(timeframe)]


@dataclass(frozen=True)
class TwoPhase:
    """The two-phase scanner with who analyses for it."""

    scanner: QuickScanner
    analysts: Analysts

    def scan(self, question: QuickQuestion, owner: str) -> QuickScan:
        """Scan for somebody; the second phase goes on by itself, once whoever it needs is there."""
        scan = self.scanner.scan(question, owner=owner)
        if self.analysts.are_ready(question):
            self.scanner.start()
        else:
            daemon(partial(self.deepen, question))
        return scan

    def deepen(self, question: QuickQuestion) -> None:
        """Begin with the second phase, once whoever this question needs is there."""
        self.analysts.ready(question)
        self.scanner.start()

    def run_periodically(self, minutes: float, stop: Flag, questions: Iterable[QuickQuestion] = EVERYTHING) -> None:
        """Scan every market every so many minutes (0: never) until `stop` is set."""
        asked = tuple(questions)

        def work() -> None:
            for question in asked:
                self.scanner.scan_periodically(question)

        if minutes:
            self.scanner.periodic = Periodic(enabled=True)
            repeat(work, minutes * 60, stop)

    def close(self) -> None:
        """Stop deepening."""
        self.scanner.close()


def two_phase(  # noqa: PLR0913 - what it is joined of
    known: Settings,
    tell: Callable[[Event], None],
    *,
    limits: Limits | None = None,
    now: Callable[[], dt.datetime] = _now,
    around: Callable[[Answers], Answers] = lambda desk: desk,
    boards: Boards | None = None,
) -> TwoPhase:
    """Return the two-phase scanner over the settings' store; `tell` hears its events, from several threads.

    `around`: is put around the desk that answers the first phase. `boards`: what scans are posted on.
    """
    threads = os.cpu_count() or 1
    analysts = Analysts(known, now)

    def queue(tell: Callable[[Event], None], begun: Callable[[str, Sequence[str]], None]) -> Deepening:
        return Deepening(analysts, tell, begun=begun, limits=limits or Limits(threads=threads))

    desk = QuickDesk(known.store, StoreReference(known.store), now=now, prefer=_prefer(known), threads=threads)
    return TwoPhase(QuickScanner(around(desk), queue, tell, now=now, boards=boards), analysts)


def _prefer(known: Settings) -> Mapping[str, str | None]:
    return {US: known.providers.prefer_us or None, CRYPTO: known.providers.prefer_crypto or None}
