"""Rows for tests: a signal as the tables hold it."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from tests.records.conftest import NOW


def signal_values(user_id: uuid.UUID, **values: object) -> dict[str, Any]:
    """Return what a row of `signals` needs."""
    return {
        "user_id": user_id,
        "symbol": "AAPL",
        "scanner": "breakout",
        "timeframe": "1d",
        "series": "sim/sip",
        "pattern": "resistance break",
        "direction": "BUY",
        "phase": "regular",
        "bar_time": NOW,
        "available_at": NOW,
        "data_version": "v1",
        "setup_key": secrets.token_hex(8),
        "origin": "live",
        "status": "active",
        "created_at": NOW,
        "updated_at": NOW,
    } | values
