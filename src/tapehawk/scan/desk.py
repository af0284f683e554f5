"""The scan desk: one question in, one report out; the library, the terminal and the API all ask here."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tapehawk.catalog import scanner_type
from tapehawk.core.errors import NoData, UnknownName
from tapehawk.core.panel import Panel
from tapehawk.core.scanner import Scanner, setups_for
from tapehawk.core.search import Found, Step, Watch, find
from tapehawk.core.signals import Risk, signal_columns
from tapehawk.data.panels import PanelQuestion, open_panel
from tapehawk.scan.parameters import configured
from tapehawk.scan.question import Days, Question, days_asked, selection
from tapehawk.scan.report import Report
from tapehawk.scan.rows import HOUSE, Columns, Hits, hits_of, ordered


@dataclass(frozen=True)
class Desk:
    """Answers questions from one bar store, sizing signals for one account.

    `market` and `prefer` say whose bars answer where the store has several; `threads` share the blocks of a panel.
    """

    store: Path
    risk: Risk = Risk()
    threads: int = 2
    market: str = "us"
    prefer: str | None = None

    def run(self, question: Question, *, on_build: Callable[[], None] | None = None) -> Report:
        """Scan. Raises BadInput for a question that makes no sense, NoData where nothing stored answers it."""
        scanner = configured(scanner_type(question.scanner_type), question.parameters)
        panel, asked = self.panel(question, on_build)
        return self.scan(scanner, question, panel, asked)

    def panel(self, question: Question, on_build: Callable[[], None] | None = None) -> tuple[Panel, int]:
        """Return the bars the question is about and how many symbols it asks for."""
        about = PanelQuestion(question.timeframe, self.market, question.hours, prefer=self.prefer)
        panel = open_panel(self.store, about, on_build=on_build)
        if question.universe is None and not question.symbols:
            return panel, len(panel.symbols)
        wanted = question.symbols
        for symbol in wanted:
            if symbol not in panel.symbols:
                raise UnknownName("symbol", symbol, panel.symbols, place=f"{question.timeframe} bars of {self.store}")
        if question.universe is not None:
            from tapehawk.scan.universe import members

            named = members(self.store, question, panel)
            wanted = tuple(s for s in wanted if s in named) if wanted else tuple(named)
        if not wanted:
            raise NoData(
                f"the universe {question.universe!r} has no symbol with stored bars",
                hint="scanner data status lists what is stored",
            )
        return panel.select(wanted), len(wanted)

    def scan(self, scanner: Scanner, question: Question, panel: Panel, asked: int) -> Report:
        """Scan bars that are at hand."""
        began = time.perf_counter()
        days = days_asked(question, panel)
        setups = setups_for(scanner, panel.timeframe)
        watch = Watch(scanner.type(), scanner.universe(), setups, tuple(map(signal_columns, setups)))
        found = find(panel, [watch], selection(question, days, panel), threads=self.threads)
        return _report(scanner, question, panel, asked, days, found, self.risk, began)


def _report(
    scanner: Scanner,
    question: Question,
    panel: Panel,
    asked: int,
    days: Days,
    found: list[Found],
    risk: Risk,
    began: float,
) -> Report:
    hits = [hits_of(one, panel, risk) for one in found]
    columns, session = ordered(hits, by_session=question.is_range)
    columns, last_steps, notes = _kept(scanner, columns, session)
    elapsed = (time.perf_counter() - began) * 1000
    return Report(
        scan_id=f"scan_{time.strftime('%Y%m%d_%H%M%S', time.gmtime())}_{secrets.token_hex(4)}",
        scanner_type=scanner.type(),
        as_of=days.date.isoformat(),
        data_version=panel.data_version,
        labels=panel.labels,
        columns=columns,
        funnel=tuple(_funnel(one, asked, question, last_steps) for one in hits),
        elapsed_ms=round(elapsed, 3),
        notes=notes,
        is_range=question.is_range,
        wide=tuple(one.setup.pattern for one in hits) if scanner.wide else (),
        own=tuple(name for name in columns if name not in HOUSE),
    )


def _kept(scanner: Scanner, columns: Columns, session: Any) -> tuple[Columns, list[str], tuple[str, ...]]:
    """Apply the scanner's lowest score and its cap of rows a session; say what they hid."""
    cap, floor = scanner.limit()
    keep = np.nan_to_num(columns["score"], nan=0.0) >= floor if floor else np.ones(session.size, dtype=bool)
    notes = []
    if not keep.all():
        notes.append(
            f"{int((~keep).sum())} rows scored below {floor:g} and are hidden; --set min_probability_score=0 shows them"
        )
    if cap is not None:
        over = keep & (_place_in_session(session, keep) > cap)
        if over.any():
            notes.append(
                f"{int(over.sum())} rows beyond the best {cap} a session are hidden; --set max_results_per_day=1000 shows more"
            )
        keep &= ~over
    rows = np.flatnonzero(keep)
    taken = {
        name: [column[i] for i in rows] if isinstance(column, list) else column[rows]
        for name, column in columns.items()
    }
    return taken, [], tuple(notes)


def _place_in_session(session: Any, keep: Any) -> Any:
    """Return each row's place among the kept rows of its session, from 1; rows stand in order of merit."""
    place = np.zeros(session.size, dtype=np.int64)
    for day in np.unique(session):
        mine = session == day
        place[mine] = np.cumsum(keep[mine])
    return place


def _funnel(one: Hits, asked: int, question: Question, _last: list[str]) -> Mapping[str, Any]:
    unit = "bars" if question.is_range else "symbols"
    first = [] if question.is_range else [{"name": "symbols asked", "passed": asked, "unknown": 0}]
    steps = [*first, *({"name": s.name, "passed": s.passed, "unknown": s.unknown} for s in one.steps)]
    return {"pattern": one.setup.pattern, "direction": str(one.setup.direction), "unit": unit, "steps": steps}


__all__ = ["Desk", "Step"]
