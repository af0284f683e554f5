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


def news_of(row: Mapping[str, Any], since: dt.datetime) -> Iterator[News]:
    """Yield what a row of the table of signals tells who has heard everything that was written before `since`.

    Its first status where it is that young, every later one that is, and the one it has: a signal that began, triggered
    and ended between two looks tells all three.
    """
    steps = {step["status"]: _instant(step["at"]) for step in row["history"]}
    steps.setdefault(NEW, row["available_at"])
    for status, at in steps.items():
        is_young = row["created_at"] >= since if status == NEW else at >= since
        if is_young and status != row["status"]:
            yield News(row["user_id"], status, at, _plain(row))
    if row["status"] != NEW or row["created_at"] >= since:
        yield News(row["user_id"], row["status"], steps.get(row["status"], row["updated_at"]), _plain(row))


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "signal_id": str(row["id"]),
        **{name: row[name] for name in _PLAIN},
        **{name: row[column] for column, name in _RENAMED.items()},
        "bar_time": row["bar_time"].isoformat(),
        "available_at": row["available_at"].isoformat(),
        "labels": list(row["labels"]),
    }


def _instant(at: object) -> dt.datetime:
    """Return the time of a step of a signal's history, which is kept as µs UTC or as RFC 3339."""
    if isinstance(at, str):
        return dt.datetime.fromisoformat(at)
    assert isinstance(at, int | float)  # noqa: S101 - the two ways a signal is kept
    return dt.datetime.fromtimestamp(at / 1e6, dt.UTC)
