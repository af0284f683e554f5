"""The scan desk: one question in, one report out; the library, the terminal and the API all ask here."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tapehawk.catalog import scanner_type
from tapehawk.core.scanner import Scanner
from tapehawk.core.signals import Risk
from tapehawk.core.watch import Found
from tapehawk.data.panels import PanelQuestion
from tapehawk.data.view import open_view
from tapehawk.scan.asked import Asked, asked_for
from tapehawk.scan.explain import Explanation, explained
from tapehawk.scan.funnel import band_note, funnel_of, limited
from tapehawk.scan.learned import Models
from tapehawk.scan.looking import Look, look_for
from tapehawk.scan.next_day import checked
from tapehawk.scan.parameters import configured
from tapehawk.scan.question import Question
from tapehawk.scan.report import Report, scan_id_at
from tapehawk.scan.rows import hits_of, ordered
from tapehawk.scan.still_open import may_lack_bars, need_closed, notes_of
from tapehawk.scan.trust import left_out_notes, trusted

USUAL_RISK: Final = Risk()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True)
class Desk:
    """Answers questions from one bar store, sizing signals for one account.

    `scanners`: a folder of the user's own scanners. `market` and `prefer` say whose bars answer where the store has
    several; `threads` share the blocks of a panel; `now` is the clock that tells how old bars are. `parameters`: what
    a scanner is set to, which its trained model must agree with (None: whatever the model was trained with).
    """

    store: Path
    scanners: Path | None = None
    risk: Risk = USUAL_RISK
    threads: int = 2
    market: str = "us"
    prefer: str | None = None
    now: Callable[[], dt.datetime] = _now
    parameters: Callable[[str], Mapping[str, object]] | None = None

    def run(self, question: Question, *, on_build: Callable[[], None] | None = None) -> Report:
        """Scan. Raises BadInput for a question that makes no sense, NoData where nothing stored answers it.

        `on_build` is called before a panel is built, which takes seconds.
        """
        (report,) = self.run_together([question], on_build=on_build)
        return report

    def run_together(
        self, questions: Sequence[Question], *, on_build: Callable[[], None] | None = None
    ) -> list[Report]:
        """Scan with several scanners at once, which share what they compute. The questions differ in nothing else."""
        scanners = [self.scanner(question) for question in questions]
        asked = self.asked(questions[0], on_build)
        return self.scan(scanners, questions[0], asked)

    def explain(self, question: Question, symbol: str, *, on_build: Callable[[], None] | None = None) -> Explanation:
        """Say of one symbol which conditions held on the date asked for, with their values. Raises as `run` does."""
        return explained(self.scanner(question), question, self.asked(question, on_build), symbol, self.risk)

    def scanner(self, question: Question) -> Scanner:
        """Return the scanner that a question names, ready to be asked. Raises as `run` does for one that can't be."""
        scanner = configured(scanner_type(question.scanner_type, self.scanners), question.parameters)
        return self.models(question.timeframe, question.hours).ready(scanner)

    def models(self, timeframe: str, hours: str = "regular") -> Models:
        """Return the store's trained models for some bars."""
        return Models(self.store, self.scanners, timeframe, hours, self.market, self.parameters)

    def asked(self, question: Question, on_build: Callable[[], None] | None = None) -> Asked:
        """Return the bars a question is about, labelled where they are stale; a strict question is refused then.

        A day that is named may be that of the open session: its bars up to now are then among them.
        """
        about = PanelQuestion(
            question.timeframe, self.market, question.hours, prefer=self.prefer, version=question.version
        )
        now = self.now()
        upto = None if question.version else question.last_named  # a version names its own journals
        view = open_view(self.store, about, upto, on_build=on_build)
        need_closed(question, view.panel, now)
        asked = asked_for(self.store, question, view.panel)
        asked = replace(asked, series=view.series.id, notes=tuple(notes_of(view, now)))
        return trusted(asked, question, now if may_lack_bars(question, view) else None)

    def scan(self, scanners: Sequence[Scanner], question: Question, asked: Asked) -> list[Report]:
        """Scan bars that are at hand; each report's time is that of all of them together.

        Raises NoData where none of the symbols asked for has a bar then: that is not the same as no hit.
        """
        began = time.perf_counter()
        look = look_for(scanners, question, asked)
        found = look.find(threads=self.threads)
        mine = [[one for one in found if one.scanner == scanner.type()] for scanner in scanners]
        reports = [self.report(*one, look) for one in zip(scanners, mine, strict=True)]
        elapsed = round((time.perf_counter() - began) * 1000, 3)
        return [replace(report, elapsed_ms=elapsed) for report in reports]

    def report(self, scanner: Scanner, found: list[Found], look: Look) -> Report:
        """Return one scanner's report of everything that a look found. Raises NoData as `scan` does."""
        if not any(one.symbols for one in found):
            raise look.asked.no_data(look.question.cutoff)
        check = type(scanner).next_day
        report = self.partly(scanner, found, look)
        return replace(report, next_day=checked(check, found, look.panel, self.store)) if check else report

    def partly(self, scanner: Scanner, found: list[Found], look: Look) -> Report:
        """Return the report of what a part of a look found: its limits are those of these rows among themselves."""
        question, asked, panel = look.question, look.asked, look.panel
        hits = [hits_of(one, panel, self.risk) for one in found]
        firsts = question.is_every_intraday_bar and scanner.limit()[0] is not None
        limits = limited(scanner, *ordered(hits, by_session=question.is_range, by_time=firsts), firsts=firsts)
        return Report(
            scan_id=scan_id_at(_now()),
            scanner_type=scanner.type(),
            as_of=asked.days.date.isoformat(),
            series=asked.series,
            data_version=panel.data_version,
            labels=panel.labels,
            columns=limits.columns,
            sessions=limits.sessions,
            funnel=tuple(funnel_of(one, asked, question, limits) for one in hits),
            notes=(*asked.notes, *band_note(scanner, hits), *limits.notes, *left_out_notes(asked)),
            is_range=question.is_range,
            wide=tuple(one.setup.pattern for one in hits) if scanner.wide else (),
            own=tuple(dict.fromkeys(name for one in hits for name in one.setup.show)),
        )
