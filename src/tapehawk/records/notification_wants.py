"""How a user wants to be told: rules, channels, preferences."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from tapehawk.records.owned import OwnedRows, Row
from tapehawk.records.tables import channels, notification_preferences, notification_rules, watchlists


class NotificationRules(OwnedRows):
    """A user's rules."""

    table = notification_rules
    noun = "rule"

    def active(self) -> list[Row]:
        """Return those that are on."""
        return self._all(self._mine(self.table.c.is_active).order_by(self.table.c.created_at, self.table.c.id))

    def count(self) -> int:
        """Count all of them."""
        wanted = sa.select(sa.func.count()).select_from(self.table).where(self._is_mine)
        return self._connection.execute(wanted).scalar_one()

    def watched(self) -> frozenset[str]:
        """Return the symbols on the user's watchlist, which a rule may ask for."""
        wanted = sa.select(watchlists.c.symbol).where(watchlists.c.user_id == self._user_id, watchlists.c.is_active)
        return frozenset(self._connection.execute(wanted).scalars())


class Channels(OwnedRows):
    """Where a user is reached, at most one of each kind."""

    table = channels
    noun = "channel"

    def all(self) -> list[Row]:
        """Return all of them by kind."""
        return self._all(self._mine().order_by(self.table.c.kind))

    def of_kind(self, kind: str) -> Row:
        """Return the one of a kind. Raises NoData where there is none."""
        return self._one(self._mine(self.table.c.kind == kind), kind)

    def put(self, kind: str, *, address: dict[str, Any], is_active: bool, now: dt.datetime) -> None:
        """Set the one of a kind."""
        values = {"address": address, "is_active": is_active}
        changed = self.table.update().where(self._is_mine, self.table.c.kind == kind).values(**values)
        if not self._connection.execute(changed).rowcount:
            self.add(kind=kind, created_at=now, **values)

    def keep_only(self, kinds: list[str]) -> None:
        """Remove those of other kinds."""
        self._connection.execute(self.table.delete().where(self._is_mine, self.table.c.kind.not_in(kinds)))


class NotificationPreferences(OwnedRows):
    """When a user wants to be told."""

    table = notification_preferences
    noun = "preferences of"

    def found(self) -> Row | None:
        """Return them, None where nothing was ever said."""
        row = self._connection.execute(self._mine()).mappings().one_or_none()
        return None if row is None else dict(row)

    def put(self, *, now: dt.datetime, **values: object) -> None:
        """Set them."""
        changed = self.table.update().where(self._is_mine).values(updated_at=now, **values)
        if not self._connection.execute(changed).rowcount:
            self.add(updated_at=now, **values)
