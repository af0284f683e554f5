"""Tickets: secrets that are good once and not for long. What is kept is their hash."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from tapehawk.records.tables import tickets


@dataclass(frozen=True)
class Taken:
    """A ticket that was good until now. `user_id`: whose it was; None for the owner's first link."""

    user_id: uuid.UUID | None


class Tickets:
    """Everybody's, of every purpose."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(
        self, token_hash: str, *, purpose: str, user_id: uuid.UUID | None, now: dt.datetime, lasts: dt.timedelta
    ) -> None:
        """Add a ticket; those that nobody used in time go."""
        self._connection.execute(tickets.delete().where(tickets.c.expires_at <= now))
        values = {"token_hash": token_hash, "user_id": user_id, "purpose": purpose, "expires_at": now + lasts}
        self._connection.execute(tickets.insert().values(values))

    def take(self, token_hash: str, *, purpose: str, now: dt.datetime) -> Taken | None:
        """Use a ticket up; None where there is none that is good. Of two who try at once, one gets it."""
        same = tickets.c.token_hash == token_hash, tickets.c.purpose == purpose
        used = tickets.delete().where(*same).returning(tickets.c.user_id, tickets.c.expires_at)
        row = self._connection.execute(used).one_or_none()
        return Taken(row.user_id) if row is not None and row.expires_at > now else None

    def drop(self, *, purpose: str, user_id: uuid.UUID | None) -> None:
        """Make every ticket of a purpose, and of one user or of nobody, good for nothing."""
        whose = tickets.c.user_id.is_(None) if user_id is None else tickets.c.user_id == user_id
        self._connection.execute(tickets.delete().where(whose, tickets.c.purpose == purpose))
