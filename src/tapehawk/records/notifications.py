"""A user's notifications."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.pages import Page
from tapehawk.records.tables import notifications

_AT_ONCE: Final = 500
"""Values that one statement names; SQLite takes no more than some thousands."""
_OF = notifications.c
_SHOWN: Final = ("id", "type", "title", "message", "data", "is_read", "created_at")


def shown(row: Row) -> Row:
    """Return a notification as it is listed."""
    return {name: row[name] for name in _SHOWN}


class Notifications(OwnedRows):
    """What a user was told. `dedup_key`: the same thing is told once."""

    table = notifications
    noun = "notification"

    def unread(self, *, limit: int, cursor: str | None = None) -> Page:
        """Return a page of those that were not read."""
        return self.page(~_OF.is_read, limit=limit, cursor=cursor)

    def count_unread(self) -> int:
        """Count those that were not read."""
        return self._count(~_OF.is_read)

    def count_since(self, since: dt.datetime, *, but: str) -> int:
        """Count those made after an instant, but those of one type."""
        return self._count(_OF.created_at > since, _OF.type != but)

    def since(self, since: dt.datetime) -> list[Row]:
        """Return those made after an instant, the oldest first."""
        return self._all(self._mine(_OF.created_at > since).order_by(_OF.created_at, _OF.id))

    def of_ids(self, ids: Sequence[str]) -> list[Row]:
        """Return those of some ids, in that order; those that are gone are left out."""
        found = {str(row["id"]): row for row in self._where(_OF.id, [uuid.UUID(id) for id in ids])}
        return [found[id] for id in ids if id in found]

    def by_key(self, keys: Sequence[str]) -> dict[str, Row]:
        """Return those of some keys."""
        return {row["dedup_key"]: row for row in self._where(_OF.dedup_key, keys)}

    def add_all(self, rows: Sequence[Row]) -> dict[str, Row]:
        """Add rows; return them by their keys. Raises Conflict where one of a key is there."""
        made = [{"id": uuid.uuid4(), "user_id": self._user_id, "is_read": False, **row} for row in rows]
        if made:
            self._connection.execute(self.table.insert(), made)
        return {row["dedup_key"]: row for row in made}

    def mark_all(self, *, is_read: bool) -> int:
        """Mark every one as read or not; return how many were otherwise before."""
        marked = self.table.update().where(self._is_mine, _OF.is_read != is_read).values(is_read=is_read)
        return self._connection.execute(marked).rowcount

    def _where(self, column: sa.Column[Any], values: Sequence[object]) -> Iterator[Row]:
        for first in range(0, len(values), _AT_ONCE):
            yield from self._all(self._mine(column.in_(values[first : first + _AT_ONCE])))

    def _count(self, *conditions: sa.ColumnElement[bool]) -> int:
        wanted = sa.select(sa.func.count()).select_from(self.table).where(self._is_mine, *conditions)
        return self._connection.execute(wanted).scalar_one()
