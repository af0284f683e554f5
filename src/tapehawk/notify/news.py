"""What can be told: that a signal is there, or came to another status."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

NEW: Final = "active"
"""The status that a signal begins with."""
_PLAIN: Final = (
    "symbol", "scanner", "timeframe", "series", "pattern", "direction", "phase", "confidence", "score", "rvol",
    "setup_key",
)  # fmt: skip
_RENAMED: Final = {"entry_price": "entry", "stop_loss": "stop", "target1": "target1", "target2": "target2"}


@dataclass(frozen=True)
class News:
    """One status that one signal of a user came to, at an instant. `data`: the signal as plain values."""

    user_id: uuid.UUID
    status: str
    at: dt.datetime
    data: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What makes it the same news, however often it is read."""
        said = f"{self.data['setup_key']}|{self.status}"
        return f"signal:{hashlib.blake2b(said.encode(), digest_size=16).hexdigest()}"

    @property
    def is_new(self) -> bool:
        """Say whether this is how its signal began."""
        return self.status == NEW


def news_of(row: Mapping[str, Any], steps: int) -> Iterator[News]:
    """Yield what a row of the table of signals tells who was told so many steps of its history."""
    for step in row["history"][steps:]:
        yield News(row["user_id"], step["status"], dt.datetime.fromisoformat(step["at"]), _plain(row))


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "signal_id": str(row["id"]),
        **{name: row[name] for name in _PLAIN},
        **{name: row[column] for column, name in _RENAMED.items()},
        "bar_time": row["bar_time"].isoformat(),
        "available_at": row["available_at"].isoformat(),
        "labels": list(row["labels"]),
    }
