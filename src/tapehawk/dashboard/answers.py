"""Asking the desk: the same way as `scanner run` does, so that the rows are the same; what was answered is kept.

    parameters ── question ── scanner ── bars ── rows
        └─────────────┴───────────┴───────┴── an error of one of them belongs to a place of the sidebar

An answer is kept as long as the bars, the settings and the question are the same: moving a slider back shows it again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from tapehawk.app import asking
from tapehawk.app.asking import Asked
from tapehawk.app.settings import Settings
from tapehawk.core.errors import TapehawkError, UnknownName
from tapehawk.scan.report import Report
from tapehawk.scan.tag import tag_of

SCANNER, PARAMETERS, WHEN, WHICH, NOWHERE = "scanner", "parameters", "when", "which", ""
"""The places of the sidebar that an error may be about."""
GIVEN_BY: Final = "sidebar"
KEPT: Final = 16


@dataclass(frozen=True)
class Answer:
    """A report, or an error and the place of the question that it is about. `key`: of the same answer the same."""

    report: Report | None = None
    error: TapehawkError | None = None
    place: str = NOWHERE
    key: str = ""


@dataclass
class Answers:
    """The last answers of somebody's session."""

    _kept: OrderedDict[str, Report] = field(default_factory=OrderedDict)

    def to(self, known: Settings, asked: Asked) -> Answer:
        """Answer a question to one scanner."""
        name, place = asked.scanners[0], PARAMETERS
        try:
            asking.parameters(known, name, asked.parameters or {}, asked.given_by)
            place = WHEN
            question = asking.question(known, asked, name)
            place = PARAMETERS
            desk = asking.desk(known, asked.market)
            scanner = desk.scanner(question)
            place = WHEN
            bars = desk.asked(question)
            place = NOWHERE
            key = tag_of(desk, scanner, question, bars)
            if key not in self._kept:
                (self._kept[key],) = desk.scan([scanner], question, bars)
        except TapehawkError as error:
            return Answer(error=error, place=_place(error, place))
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return Answer(self._kept[key], key=key)


def _place(error: TapehawkError, place: str) -> str:
    """Return the place of an error, which for an unknown symbol or universe is where those are named."""
    return WHICH if isinstance(error, UnknownName) and error.kind in ("symbol", "universe") else place
