"""Users."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import sqlalchemy as sa

from tapehawk.core.errors import NoData
from tapehawk.records.pages import Page, paged
from tapehawk.records.tables import users


@dataclass(frozen=True)
class User:
    """Who asks. `preferences`: what the web app keeps for them, plain values."""

    id: uuid.UUID
    email: str
    role: str
    first_name: str
    last_name: str
    created_at: dt.datetime
    updated_at: dt.datetime
    last_login: dt.datetime | None
    is_active: bool
    preferences: Mapping[str, Any] = field(default_factory=dict)
    password_hash: str = field(default="", repr=False)

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> User:
        """Return the user of a row."""
        return cls(**{one.name: row[one.name] for one in fields(cls)})


class Users:
    """Everybody; whoever uses this is an admin, or is about to find out who asks."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, *, email: str, password_hash: str, role: str, now: dt.datetime, **names: str) -> User:
        """Add a user. Raises Conflict for an email that somebody has."""
        values = {"email": email.lower(), "password_hash": password_hash, "role": role, **names}
        made = users.insert().values(created_at=now, updated_at=now, **values).returning(*users.c)
        return User.of(dict(self._connection.execute(made).mappings().one()))

    def get(self, id: uuid.UUID) -> User:
        """Return a user. Raises NoData where there is none."""
        return self._one(sa.select(users).where(users.c.id == id), id)

    def by_email(self, email: str) -> User | None:
        """Return who has an email, None where nobody has."""
        row = self._connection.execute(sa.select(users).where(users.c.email == email.lower())).mappings().one_or_none()
        return None if row is None else User.of(dict(row))

    def change(self, id: uuid.UUID, *, now: dt.datetime, **values: object) -> User:
        """Change a user. Raises NoData where there is none."""
        changed = users.update().where(users.c.id == id).values(updated_at=now, **values)
        return self._one(changed.returning(*users.c), id)

    def page(self, *, limit: int, cursor: str | None = None) -> Page:
        """Return users, newest first."""
        return paged(self._connection, sa.select(users), (users.c.created_at, users.c.id), limit=limit, cursor=cursor)

    def first_admin(self) -> User | None:
        """Return the admin who has been here longest, of those who may sign in; None where there is none."""
        admins = sa.select(users).where(users.c.role == "admin", users.c.is_active)
        first = admins.order_by(users.c.created_at, users.c.id).limit(1)
        row = self._connection.execute(first).mappings().one_or_none()
        return None if row is None else User.of(dict(row))

    def count(self, role: str | None = None) -> int:
        """Count the active users, of a role or all."""
        wanted = sa.select(sa.func.count()).select_from(users).where(users.c.is_active)
        return self._connection.execute(wanted if role is None else wanted.where(users.c.role == role)).scalar_one()

    def _one(self, statement: sa.Executable, id: uuid.UUID) -> User:
        row = self._connection.execute(statement).mappings().one_or_none()
        if row is None:
            raise NoData(f"there is no user {id}")
        return User.of(dict(row))
