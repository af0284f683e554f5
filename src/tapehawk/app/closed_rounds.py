"""The scans of the service while the market is closed: daily scanners, over the last session that is stored.

    schedule ──bars that are new?──► desk: rows of that session ──► log of a parameter set ──► each user's own

It scans for users whose live scanner runs and leaves to the settings who is on. What is found then is a signal of the
phase `closed`, sized by that phase's multiplier, though its bar is of the regular one. What could only be done at the
session's open is no signal any more. A setup that is in the log is said no more, so a bar that is corrected may bring
another signal, and never the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from tapehawk.app.asking import Asked, desk, questions
from tapehawk.app.house import House
from tapehawk.app.live_giving import Giving, folder_of
from tapehawk.app.live_plan import Planning
from tapehawk.app.phasing import risk
from tapehawk.app.settings import Settings
from tapehawk.app.switching import on_while_closed
from tapehawk.core.errors import NoData
from tapehawk.core.instants import microseconds
from tapehawk.core.sessions import CLOSED, PHASES, date_of
from tapehawk.core.signal_clock import Clock
from tapehawk.core.signal_record import origin_of
from tapehawk.core.signals import resized
from tapehawk.data.signal_log import SignalLog
from tapehawk.jobs.run import Run
from tapehawk.scan.closed import due_session
from tapehawk.scan.report import Report
from tapehawk.scan.signal_book import SignalBook

MARKET: Final = "us"
"""The one that closes."""
PHASE: Final = PHASES[CLOSED]


class ClosedRounds:
    """Scans for the users of a house, each parameter set once a data version."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._planning = Planning(house.known)
        self._giving = Giving(house.database, house.known.store, house.broadcast.say, self._planning.recipients)
        self._scanned: dict[str, str] = {}

    def scan(self, run: Run) -> dict[str, Any]:
        """Scan for whoever wants it; return how many signals are new, or why it waits."""
        new, waits = 0, ""
        for book, known in self._wanted().items():
            run.check()
            try:
                new += self._scan(book, known)
            except NoData as nothing:
                waits = nothing.message
        self._giving.bring()
        return {"new": new, "waits": waits or self._giving.trouble}

    def _wanted(self) -> Mapping[str, Settings]:
        """Return the parameter sets of users who want to hear of it."""
        if not self._house.known.streaming.enabled:
            return {}
        with self._house.database.read(fresh=True) as records:
            plan = self._planning.read(records)
        books = {who.book for who in plan.recipients if who.on.get(MARKET, {}).get(PHASE)}
        return {book: plan.sets[book].known for book in sorted(books)}

    def _scan(self, book: str, known: Settings) -> int:
        """Write what is new of the last session; return how many signals. Raises NoData where it is not stored yet."""
        every, now = questions(known, Asked(sorted(on_while_closed(known)))), self._house.now()
        at = replace(desk(known, MARKET), now=self._house.now)
        bars = at.asked(every[0])
        panel, instant = bars.panel, microseconds(now)
        if bars.days.last < due_session(panel, instant):
            raise NoData(f"no daily bars of {date_of(due_session(panel, instant))} are stored yet")
        if self._scanned.get(book) == panel.data_version:
            return 0
        reports = at.scan([at.scanner(one) for one in every], every[0], bars)
        log = SignalLog(folder_of(known.store, book), origin_of(panel.labels))
        signals, no_bars = SignalBook(Clock.of(panel), bars.series, log), panel.select(())  # others walk what goes on
        rows = resized(list(_rows(reports)), risk(known))
        told = signals.step(no_bars, rows, through=instant, data_version=panel.data_version)
        self._scanned[book] = panel.data_version
        return len(told)


def scan(house: House, _payload: Mapping[str, Any], run: Run, _is_cancelled: object) -> dict[str, Any]:
    """Scan while the market is closed, a job of the schedule `sessions.closed_interval`."""
    return house.closed_rounds.scan(run)


def _rows(reports: list[Report]) -> Iterator[dict[str, Any]]:
    """Yield the rows that were known when the session closed, as those of the closed phase."""
    for row in (row for report in reports for row in report.rows()):
        if row["available_at"] > row["bar_time"]:
            yield {**row, "phase": PHASE}
