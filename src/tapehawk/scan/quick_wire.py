"""The two-phase scan on the wire: answers and events with the names that programs read, camelCase by contract.

Rows are in their wire shape from the start (`quick_rows.py`); here is everything around them, and nothing elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

from tapehawk.core.events import Event
from tapehawk.scan.deepening import Deepened
from tapehawk.scan.quick_board import Past
from tapehawk.scan.quick_question import QuickAnswer
from tapehawk.scan.quick_rows import Row

NAMES: Final[Mapping[str, str]] = {"scan_id": "scanId", "deep_data": "deepData", "before": "from", "after": "to"}
"""Fields of events that are called otherwise on the wire."""
_UNSAID: Final = frozenset({"owner"})


@dataclass(frozen=True)
class Periodic:
    """Whether scans are made periodically, and what kept the last one from being made."""

    enabled: bool = False
    trouble: str | None = None


def message(event: Event) -> dict[str, Any]:
    """Return an event of the two-phase scan as a message; `type` is its name."""
    said = {NAMES.get(one.name, one.name): getattr(event, one.name) for one in fields(event) if one.name not in _UNSAID}
    return {"type": event.kind, **said}


def answered(scan_id: str, answer: QuickAnswer, turned_away: int) -> dict[str, Any]:
    """Return what a scan answers at once."""
    missing = [{"symbol": symbol, "reason": why} for symbol, why in answer.missing.items()]
    count = len(answer.rows)
    said = [f"{count:,} symbol{'s' * (count != 1)} scanned, deep analysis goes on"]
    said += [f"{len(missing):,} without a row"] if missing else []
    said += [f"{answer.ended:,} trade no longer"] if answer.ended else []
    said += [f"{turned_away:,} not analysed: the queue is full"] if turned_away else []
    return {
        "success": True,
        "scanId": scan_id,
        "signals": answer.rows,
        "count": count,
        "missing": missing,
        "message": "; ".join(said),
        "asOf": answer.as_of,
        "elapsedMs": answer.elapsed_ms,
        "dataVersion": answer.data_version,
    }


def results(rows: Sequence[Row], standing: Mapping[str, Any], last: Past | None) -> dict[str, Any]:
    """Return the rows of the last scan, and how things stand."""
    status = {**standing, "lastScan": last and _scan(last)}
    return {"success": True, "signals": list(rows), "count": len(rows), "status": status}


def of_symbol(symbol: str, row: Row, deep: Mapping[str, Any]) -> dict[str, Any]:
    """Return one symbol's row and deep analysis."""
    return {"success": True, "symbol": symbol, "signal": row, "deepAnalysis": dict(deep)}


def scan_status(standing: Mapping[str, Any], past: Sequence[Past], periodic: Periodic) -> dict[str, Any]:
    """Return how things stand, and the last scans, newest first."""
    status = {**standing, "periodicScanningEnabled": periodic.enabled, "lastError": periodic.trouble}
    return {"success": True, "status": status, "history": [_scan(one) for one in reversed(past)]}


def standing(last: Past | None, queue: Deepened, *, scanning: bool) -> dict[str, Any]:
    """Return how things stand: what is scanned now, what was last, what waits, runs, never came back, found no room."""
    return {
        "isScanning": scanning,
        "currentScanId": last and last.scan_id,
        "signalsCount": last.symbols if last else 0,
        "backgroundQueueLength": queue.waiting + queue.running,
        "analysesLost": queue.lost,
        "symbolsTurnedAway": queue.turned_away,
    }


def _scan(one: Past) -> dict[str, Any]:
    return {"scanId": one.scan_id, "timestamp": one.at, "symbolCount": one.symbols}
