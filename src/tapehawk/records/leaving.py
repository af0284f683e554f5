"""Who may not listen any longer: users who are gone or disabled, and when a sign-in of theirs was last ended."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection
from itertools import islice
from typing import Final

import sqlalchemy as sa

from tapehawk.records.tables import sign_ins, users

EVER: Final = dt.datetime.max.replace(tzinfo=dt.UTC)
_AT_ONCE: Final = 500  # users of one statement


class Leaving:
    """Of everybody, for what stays open."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def since(self, user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
        """Return until when what these users opened is to be ended, where any of it is: `EVER` for who is gone."""
        found: dict[uuid.UUID, dt.datetime] = {}
        rest = iter(user_ids)
        while some := list(islice(rest, _AT_ONCE)):
            found |= self._ended(some)
            active = sa.select(users.c.id).where(users.c.id.in_(some), users.c.is_active)
            found |= dict.fromkeys(set(some) - set(self._connection.execute(active).scalars()), EVER)
        return found

    def _ended(self, user_ids: list[uuid.UUID]) -> dict[uuid.UUID, dt.datetime]:
        last = sa.func.max(sign_ins.c.revoked_at, type_=sign_ins.c.revoked_at.type)
        ended = sa.select(sign_ins.c.user_id, last).where(
            sign_ins.c.user_id.in_(user_ids), sign_ins.c.revoked_at.is_not(None)
        )
        return {row[0]: row[1] for row in self._connection.execute(ended.group_by(sign_ins.c.user_id))}
