"""What a user's signals came to, a row a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import analytics


class Analytics(OwnedRows):
    """The days of a user."""

    table = analytics
    noun = "day"
    newest_by = "date"

    def days(self, from_: dt.date | None = None, to: dt.date | None = None) -> list[Row]:
        """Return the days from one to another, both inclusive, the first first."""
        wanted = self._mine()
        wanted = wanted if from_ is None else wanted.where(analytics.c.date >= from_)
        wanted = wanted if to is None else wanted.where(analytics.c.date <= to)
        return self._all(wanted.order_by(analytics.c.date))

    def keep(self, days: Sequence[Row]) -> None:
        """Keep days in place of those that are there."""
        if not days:
            return
        dates = [day["date"] for day in days]
        self._connection.execute(analytics.delete().where(self._is_mine, analytics.c.date.in_(dates)))
        self._connection.execute(sa.insert(analytics), [{"user_id": self._user_id, **day} for day in days])
