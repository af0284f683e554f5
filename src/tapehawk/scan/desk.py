"""The scan desk: one question in, one report out; the library, the terminal and the API all ask here."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tapehawk.catalog import scanner_type
from tapehawk.core.scanner import Scanner
from tapehawk.core.search import find
from tapehawk.core.signals import Risk
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.scan.asked import Asked, asked_for
from tapehawk.scan.explain import Explanation, explained
from tapehawk.scan.funnel import band_note, funnel_of, limited
from tapehawk.scan.parameters import configured
from tapehawk.scan.question import Question, selection
from tapehawk.scan.report import Report
from tapehawk.scan.rows import HOUSE, hits_of, ordered
from tapehawk.scan.watching import watch_for

USUAL_RISK: Final = Risk()


@dataclass(frozen=True)
class Desk:
    """Answers questions from one bar store, sizing signals for one account.

    `market` and `prefer` say whose bars answer where the store has several; `threads` share the blocks of a panel.
    """

    store: Path
    risk: Risk = USUAL_RISK
    threads: int = 2
    market: str = "us"
    prefer: str | None = None

    def run(self, question: Question, *, on_build: Callable[[], None] | None = None) -> Report:
        """Scan. Raises BadInput for a question that makes no sense, NoData where nothing stored answers it.

        `on_build` is called before a panel is built, which takes seconds.
        """
        scanner = configured(scanner_type(question.scanner_type), question.parameters)
        return self.scan(scanner, question, self.asked(question, on_build))

    def explain(self, question: Question, symbol: str, *, on_build: Callable[[], None] | None = None) -> Explanation:
        """Say of one symbol which conditions held on the date asked for, with their values. Raises as `run` does."""
        scanner = configured(scanner_type(question.scanner_type), question.parameters)
        return explained(scanner, question, self.asked(question, on_build), symbol, self.risk)

    def asked(self, question: Question, on_build: Callable[[], None] | None = None) -> Asked:
        """Return the bars a question is about."""
        about = PanelQuestion(question.timeframe, self.market, question.hours, prefer=self.prefer)
        return asked_for(self.store, question, open_panel(self.store, about, on_build=on_build))

    def scan(self, scanner: Scanner, question: Question, asked: Asked) -> Report:
        """Scan bars that are at hand."""
        began = time.perf_counter()
        panel, watch = asked.panel, watch_for(scanner, asked.panel.timeframe)
        found = find(panel, [watch], selection(question, asked.days, panel), threads=self.threads)
        hits = [hits_of(one, panel, self.risk) for one in found]
        limits = limited(scanner, *ordered(hits, by_session=question.is_range))
        return Report(
            scan_id=f"scan_{time.strftime('%Y%m%d_%H%M%S', time.gmtime())}_{secrets.token_hex(4)}",
            scanner_type=scanner.type(),
            as_of=asked.days.date.isoformat(),
            data_version=panel.data_version,
            labels=panel.labels,
            columns=limits.columns,
            sessions=limits.sessions,
            funnel=tuple(funnel_of(one, asked, question, limits) for one in hits),
            notes=(*band_note(scanner, hits), *limits.notes),
            is_range=question.is_range,
            wide=tuple(one.setup.pattern for one in hits) if scanner.wide else (),
            own=tuple(name for name in limits.columns if name not in HOUSE),
            elapsed_ms=round((time.perf_counter() - began) * 1000, 3),
        )
