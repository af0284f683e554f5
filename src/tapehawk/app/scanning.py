"""Scans as a service answers them: sized for the caller's account, the same question answered once for all.

    asked ── question, bars ──► tag ──kept?──► scan of the caller
                                 └──no──► the desk ──► finding, kept ──┘

The engine is the desk of `asking.py`; what it finds is kept as the bytes of the answer (`kept_scans.py`).
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

from tapehawk.app import asking
from tapehawk.app.asking import CRYPTO, Asked
from tapehawk.app.kept_scans import Finding, KeptScans, Scan
from tapehawk.app.performance import Performance, ScanMeasure
from tapehawk.app.settings import Settings
from tapehawk.app.shared_scans import SharedScans
from tapehawk.app.sizing import sized_for
from tapehawk.app.telemetry import API, Telemetry
from tapehawk.bus.shelf import Shelf
from tapehawk.catalog import scanner_names
from tapehawk.core.errors import Conflict, NoData
from tapehawk.records.users import User
from tapehawk.scan.desk import Desk
from tapehawk.scan.explain import Explanation
from tapehawk.scan.fallen import AtStep, Fallen, fallen_at
from tapehawk.scan.question import Question
from tapehawk.scan.report import Report, scan_id_at
from tapehawk.scan.tag import tag_of

FORMULA: Final = "formula"
UNKNOWN: Final = "unknown"
_STRIPES: Final = 64


@dataclass(frozen=True, eq=False)
class Answer:
    """A scan, and how many seconds ago it was made. `is_known`: the caller has this very answer already."""

    scan: Scan
    age: float = 0.0
    is_known: bool = False


@dataclass(frozen=True)
class Matches:
    """How many symbols match a formula, of so many that have a bar; null with the `reason` where that is not known."""

    count: int | None = None
    of: int | None = None
    as_of: str | None = None
    data_version: str | None = None
    labels: tuple[str, ...] = ()
    reason: str | None = None


class Scanning:
    """Answers the users of a service."""

    def __init__(
        self,
        known: Settings,
        performance: Performance,
        telemetry: Telemetry,
        shelf: Shelf,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._known, self._performance, self._telemetry, self._now = known, performance, telemetry, now
        self.kept = KeptScans()
        self._shared = SharedScans(shelf, lambda asked: asking.question(known, asked, asked.scanners[0]))
        self._making = [Lock() for _ in range(_STRIPES)]  # of equal questions asked at once, one is computed

    def scan(self, user: User, asked: Asked, *, known_tags: frozenset[str] = frozenset()) -> Answer:
        """Answer one question to one scanner. Raises as the desk does.

        `known_tags`: of answers that the caller holds; one that is still good is not said again.
        """
        name = asked.scanners[0]
        known = name in scanner_names(self._known.scanners)
        with self._performance.scan(name if known else UNKNOWN) as measure:
            return self._answer(user, asked, known_tags, measure)

    def of(self, user_id: uuid.UUID, scan_id: str) -> Scan:
        """Return a scan that a user asked for, of whichever process. Raises NoData where there is none of that id."""
        try:
            return self.kept.get(user_id, scan_id)
        except NoData:
            found = self._shared.get(user_id, scan_id)
            if found is None:
                raise
        return self.kept.keep(user_id, found)

    def matches(self, user: User, formula: str, asked: Asked) -> Matches:
        """Count what a scan for a formula finds on the latest bar. A reason where nothing stored can tell."""
        try:
            found = self.scan(user, replace(asked, scanners=[FORMULA], parameters={FORMULA: formula})).scan
        except NoData as error:
            return Matches(reason=error.message)
        said = json.loads(found.body)
        entered = said["funnel"][0]["steps"][2]["passed"]
        return Matches(len(said["results"]), entered, said["as_of"], said["data_version"], tuple(said["labels"]))

    def explain(self, user: User, asked: Asked, symbol: str) -> Explanation:
        """Say of one symbol which conditions of a scanner held. Raises as the desk does."""
        coin = replace(asked, universe=CRYPTO) if "/" in symbol else asked
        desk, question = self._question(user, coin)
        return desk.explain(question, symbol)

    def fallen(self, user: User, scan_id: str, where: AtStep) -> Fallen:
        """Return who fell at a step of a scan's funnel. Raises Conflict where the data are others by now."""
        finding = self.of(user.id, scan_id).finding
        desk = asking.desk(self._known, finding.market)
        scanner, bars = desk.scanner(finding.question), desk.asked(finding.question)
        if bars.panel.data_version != finding.data_version:
            message = f"the data have changed since this scan ({finding.data_version})"
            raise Conflict(message, hint="scan again, and ask for the funnel of that scan")
        return fallen_at(scanner, finding.question, bars, where, threads=desk.threads)

    def _answer(self, user: User, asked: Asked, known_tags: frozenset[str], measure: ScanMeasure) -> Answer:
        desk, question = self._question(user, asked)
        scanner, bars = desk.scanner(question), desk.asked(question)
        tag = tag_of(desk, scanner, question, bars)
        mine = self.kept.of_tag(user.id, tag)
        if mine is not None and tag in known_tags:
            measure.cached = True
            return Answer(mine, self._age(mine.finding), is_known=True)
        with self._making[int(tag[:8], 16) % _STRIPES]:
            finding = self._fresh(tag)
            measure.cached = finding is not None
            if finding is None:
                with self._telemetry.scanning(API, scanner.type()) as counted:
                    counted.bars = bars.panel.n_bars
                    (report,) = desk.scan([scanner], question, bars)
                measure.rows, measure.day = len(report), dt.date.fromisoformat(report.as_of)
                finding = self._finding(tag, asked, question, report)
            made = Scan(scan_id_at(self._now()), finding)
            scan = self.kept.keep(user.id, made)
        if scan is made:
            self._shared.put(user.id, scan)
        return Answer(scan, self._age(finding))

    def _question(self, user: User, asked: Asked) -> tuple[Desk, Question]:
        known = sized_for(self._known, user.preferences)
        desk = replace(asking.desk(known, asked.market), now=self._now)
        return desk, asking.question(known, asked, asked.scanners[0])

    def _fresh(self, tag: str) -> Finding | None:
        """Return what was found before and may be answered again."""
        known = self._known
        found = self.kept.finding(tag) if known.default.enable_caching else None
        return found if found is not None and self._age(found) < known.default.cache_ttl else None

    def _age(self, finding: Finding) -> float:
        return max(self._now().timestamp() - finding.made, 0.0)

    def _finding(self, tag: str, asked: Asked, question: Question, report: Report) -> Finding:
        said = replace(report, scan_id="").to_json()
        rest = said.removeprefix('{"scan_id": "", ').encode()
        made = self._now().timestamp()
        return Finding(tag, asked, question, asked.market, report.as_of, report.data_version, rest, made)
