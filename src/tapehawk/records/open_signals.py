"""Signals that are not over."""

from __future__ import annotations

from typing import ClassVar, Final

import sqlalchemy as sa

from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import signals

OPEN: Final = ("active", "triggered")


class OpenSignals(OwnedRows):
    """A user's own."""

    table: ClassVar[sa.Table] = signals
    noun: ClassVar[str] = "signal"
    newest_by: ClassVar[str] = "available_at"

    def newest(self, most: int) -> list[Row]:
        """Return so many at most, newest first."""
        return self.page(signals.c.status.in_(OPEN), limit=most).items
