"""A user's signals that are not over, as their socket tells them first."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from tapehawk.app.house import House

MOST: Final = 500
_CALLED: Final[Mapping[str, str]] = {"entry_price": "entry", "stop_loss": "stop"}
_HIDDEN: Final = frozenset({"user_id", "history"})


def open_signals(house: House, user_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return them, newest first."""
    with house.database.read(fresh=True) as records:
        rows = records.of(user_id).open_signals.newest(MOST)
    return [{_CALLED.get(name, name): value for name, value in row.items() if name not in _HIDDEN} for row in rows]
