"""What the sockets say of an event: to whom, under which name, in which words.

A topic is a path: `scans`, `scans/SCANNER`, `status`; behind it, where a matter is one user's own, the user:
`status/USER`, `signals/USER`, `notifications/USER`; and `scan/ID`. Who may listen to which is decided where sockets are
opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import singledispatch
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, TypeAlias

from tapehawk.core.events import (
    AnalysisProgress,
    DeepAnalysisComplete,
    Event,
    PhaseChanged,
    QuickScanComplete,
    ScanProgress,
    ScanUpdate,
    StateChanged,
    SymbolAnalyzed,
    UserNotification,
    UserSignal,
)
from tapehawk.core.instants import rfc3339

Said: TypeAlias = tuple[tuple[str, ...], dict[str, Any]]
"""The topics that a message goes to, and the message."""
Row: TypeAlias = Mapping[str, Any]

SCANS: Final = "scans"
STATUS: Final = "status"
MOST_ROWS: Final = 500
"""Rows of one message; where there are more, more messages come."""


@singledispatch
def told(event: Event) -> Iterator[Said]:  # noqa: ARG001  what it is of decides
    """Yield what is said of an event; nothing where sockets have no word for it."""
    yield from ()


@told.register
def _(event: ScanUpdate) -> Iterator[Said]:
    kinds = {"results": event.events, "triggers": event.triggers}
    kinds |= {"withdrawn": event.withdrawn, "confirmed": event.confirmed}
    about = {"series": event.series, "session": event.session, "as_of": rfc3339(event.at)}
    scanners = sorted({row["scanner"] for rows in kinds.values() for row in rows})
    for name in scanners:
        mine = {kind: [row for row in rows if row["scanner"] == name] for kind, rows in kinds.items()}
        for part in _parts(mine):
            yield (SCANS, of_scanner(name)), {"type": "scan_update", "scanner_type": name, **part, **about}
    progress = {"type": "scanProgress", **about, "found": len(event.events), "missing": list(event.missing)}
    yield (STATUS,), progress


@told.register
def _(event: PhaseChanged) -> Iterator[Said]:
    said = {"market": event.market, "from": event.before, "to": event.after}
    yield (STATUS,), {"type": "phaseChanged", **said, "at": rfc3339(event.at), "until": rfc3339(event.until)}


@told.register(QuickScanComplete)
@told.register(SymbolAnalyzed)
@told.register(AnalysisProgress)
@told.register(DeepAnalysisComplete)
@told.register(StateChanged)
def _(event: Event) -> Iterator[Said]:
    yield (for_owner(STATUS, owner_of(event)),), {"type": event.kind, **quick_words(event)}


@told.register
def _(event: ScanProgress) -> Iterator[Said]:
    yield (of_scan(event.scan_id),), {"type": event.type, "scan_id": event.scan_id, "data": event.data}


@told.register
def _(event: UserSignal) -> Iterator[Said]:
    yield (of_signals(event.user_id),), {"type": "signal", "signal": event.signal}


@told.register
def _(event: UserNotification) -> Iterator[Said]:
    yield (of_notifications(event.user_id),), {"type": "notification", "notification": event.notification}


@singledispatch
def quick_words(event: Event) -> dict[str, Any]:
    """Return what the two-phase scan's events hold, in the words of its surface."""
    raise TypeError(event.kind)


@quick_words.register
def _(event: QuickScanComplete) -> dict[str, Any]:
    return {"scanId": event.scan_id, "signals": event.signals}


@quick_words.register
def _(event: SymbolAnalyzed) -> dict[str, Any]:
    return {"symbol": event.symbol, "scanId": event.scan_id, "deepData": event.deep_data}


@quick_words.register
def _(event: AnalysisProgress) -> dict[str, Any]:
    return {"scanId": event.scan_id, "processed": event.processed, "remaining": event.remaining}


@quick_words.register
def _(event: DeepAnalysisComplete) -> dict[str, Any]:
    return {"scanId": event.scan_id}


@quick_words.register
def _(event: StateChanged) -> dict[str, Any]:
    return {"symbol": event.symbol, "field": event.field, "from": event.before, "to": event.after}


def owner_of(event: Event) -> str:
    """Return whose an event is, "" where it is everybody's."""
    return str(getattr(event, "owner", ""))


def for_owner(topic: str, owner: str) -> str:
    """Return a topic, or the part of it that is one user's own."""
    return f"{topic}/{owner}" if owner else topic


def of_scanner(name: str) -> str:
    """Return the topic of one scanner's updates."""
    return f"{SCANS}/{name}"


def of_scan(scan_id: str) -> str:
    """Return the topic of a range scan."""
    return f"scan/{scan_id}"


def of_signals(user_id: object) -> str:
    """Return the topic of a user's signals."""
    return f"signals/{user_id}"


def of_notifications(user_id: object) -> str:
    """Return the topic of what a user is told."""
    return f"notifications/{user_id}"


def updates_of(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """Yield rows that are so already as scan updates, by scanner."""
    for name, mine in groupby(sorted(rows, key=itemgetter("scanner")), key=itemgetter("scanner")):
        for part in _parts({"results": list(mine)}):
            yield {"type": "scan_update", "scanner_type": name, **part}


def _parts(kinds: Mapping[str, list[Row]]) -> Iterator[dict[str, list[Row]]]:
    """Yield lists of rows in parts of at most MOST_ROWS each."""
    longest = max(map(len, kinds.values()))
    for first in range(0, max(longest, 1), MOST_ROWS):
        yield {kind: rows[first : first + MOST_ROWS] for kind, rows in kinds.items()}
