"""A range scan's state, in the words of its socket."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from tapehawk.app.house import House

_SHOWN: Final = (
    "status", "progress_percent", "message", "current_ticker", "total_tickers", "processed_tickers", "start_date",
    "end_date", "created_at", "started_at", "execution_time", "results_found",
)  # fmt: skip
_TYPES: Final[Mapping[str, str]] = {"queued": "progress", "running": "progress", "completed": "complete"}


def scan_state(house: House, user_id: uuid.UUID, scan_id: str) -> tuple[str, dict[str, Any]]:
    """Return how far a scan is: "progress", "complete" or "error", and what that says. Raises NoData for another's."""
    with house.database.read(fresh=True) as records:
        scan = records.of(user_id).scans.get(scan_id)
    data = {"scan_id": scan["id"], **{name: scan[name] for name in _SHOWN}}
    return _TYPES.get(scan["status"], "error"), data
