"""What is so now, for who has just come: the open session's rows, and how scanning stands.

Rows begin with what live scans wrote down before they told it (`app/told_rows.py`); from then on they follow the news.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from tapehawk.api.sockets.told import owner_of, quick_words, updates_of
from tapehawk.app.settings import Settings
from tapehawk.app.told_rows import Key, Row, key_in, told_rows
from tapehawk.bus.reading import Missed
from tapehawk.core.events import (
    AnalysisProgress,
    DeepAnalysisComplete,
    Event,
    QuickScanComplete,
    ScanUpdate,
)
from tapehawk.core.instants import microseconds, rfc3339, rfc3339_or_none
from tapehawk.core.phases import phase_at
from tapehawk.core.series import MARKETS


class Standing:
    """The rows of the sessions that are scanned live, and the last news of everybody's scans."""

    def __init__(self, known: Settings, now: Callable[[], dt.datetime]) -> None:
        self._known, self._now = known, now
        self._rows: dict[Key, Row] | None = None
        self._reading = asyncio.Lock()
        self._meanwhile: list[ScanUpdate] = []
        self._live: dict[str, dict[str, Any]] = {}
        self._quick: dict[str, Any] = {}

    def hear(self, _sequence: int, event: Event) -> None:
        """Follow the news."""
        if isinstance(event, ScanUpdate):
            self._live[event.series] = {"session": event.session, "as_of": rfc3339(event.at)}
            self._meanwhile.append(event)
            if self._rows is not None:
                self._follow(self._rows)
            elif not self._reading.locked():
                self._meanwhile.clear()  # whoever asks first will read it in the log
        elif isinstance(event, Missed):
            self._rows = None
        elif isinstance(event, QuickScanComplete | AnalysisProgress | DeepAnalysisComplete) and not owner_of(event):
            said = quick_words(event)
            said.pop("signals", None)
            self._quick = said if isinstance(event, QuickScanComplete) else {**self._quick, **said}

    async def updates(self, scanner: str | None = None) -> list[dict[str, Any]]:
        """Return the rows that are so now as scan updates, of one scanner or all; one at least, which may have none."""
        rows = [row for row in (await self._all()).values() if scanner in (None, row["scanner"])]
        return [{**said, "snapshot": True} for said in updates_of(rows)] or [
            {"type": "scan_update", "scanner_type": scanner, "results": [], "snapshot": True}
        ]

    def status(self) -> dict[str, Any]:
        """Return how scanning stands."""
        now = self._now()
        phases = {market: phase_at(market, microseconds(now)) for market in MARKETS}
        said = {
            market: {"phase": phase.name, "until": rfc3339_or_none(phase.until)} for market, phase in phases.items()
        }
        return {"phases": said, "live": self._live, "quick": self._quick}

    async def _all(self) -> dict[Key, Row]:
        async with self._reading:
            if self._rows is None:
                self._meanwhile.clear()
                self._rows = await asyncio.to_thread(told_rows, self._known.store, self._now().date())
                self._follow(self._rows)
            return self._rows

    def _follow(self, rows: dict[Key, Row]) -> None:
        for event in self._meanwhile:
            for key in [key for key in rows if key[0] == event.series and key[-1][:10] < event.session]:
                del rows[key]
            for row in event.withdrawn:
                rows.pop(key_in(event.series, row), None)
            rows |= {key_in(event.series, row): row for row in (*event.events, *event.confirmed)}
        self._meanwhile.clear()
