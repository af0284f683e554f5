"""Sign-ins: each a family of refresh tokens, of which one is good."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa

from tapehawk.records.tables import sign_ins


class SignIns:
    """Everybody's; what a user may do with their own is `OwnedRows` work."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def is_good(self, id: uuid.UUID, user_id: uuid.UUID) -> bool:
        """Say whether a user's sign-in still holds: it was not revoked."""
        wanted = sa.select(sign_ins.c.revoked_at).where(sign_ins.c.id == id, sign_ins.c.user_id == user_id)
        row = self._connection.execute(wanted).one_or_none()
        return row is not None and row[0] is None

    def add(self, user_id: uuid.UUID, *, now: dt.datetime, lasts: dt.timedelta, **about: str) -> uuid.UUID:
        """Add a sign-in; return its id."""
        times = {"created_at": now, "rotated_at": now, "expires_at": now + lasts}
        made = sign_ins.insert().values(user_id=user_id, **times, **about)
        id: uuid.UUID = self._connection.execute(made.returning(sign_ins.c.id)).scalar_one()
        return id
