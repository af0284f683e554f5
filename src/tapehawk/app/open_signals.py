"""A user's signals that are not over, as their socket tells them first."""

from __future__ import annotations

import uuid
from typing import Any, Final

from tapehawk.app.house import House
from tapehawk.records.signal_rows import shown

MOST: Final = 500


def open_signals(house: House, user_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return them, the latest bar's first."""
    with house.database.read(fresh=True) as records:
        return [shown(row) for row in records.of(user_id).signals.open(MOST)]
