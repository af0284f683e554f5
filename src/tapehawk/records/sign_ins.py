"""Sign-ins: each a family of refresh tokens, counted by generation, of which the last is good."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Final

import sqlalchemy as sa

from tapehawk.records.owned import OwnedRows
from tapehawk.records.pages import Page
from tapehawk.records.tables import sign_ins, users
from tapehawk.records.users import User

_HOLDER: Final = (  # built once: every request asks it
    sa.select(users)
    .join(sign_ins)
    .where(sign_ins.c.id == sa.bindparam("sign_in"), users.c.id == sa.bindparam("user"))
    .where(sign_ins.c.revoked_at.is_(None))
)


@dataclass(frozen=True)
class SignIn:
    """A sign-in. `rotated_at`: when its last refresh token was made; `revoked_for`: why it ended."""

    id: uuid.UUID
    user_id: uuid.UUID
    generation: int
    created_at: dt.datetime
    rotated_at: dt.datetime
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    revoked_for: str | None
    ip: str
    user_agent: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> SignIn:
        """Return the sign-in of a row."""
        return cls(**{one.name: row[one.name] for one in fields(cls)})


class SignIns:
    """Everybody's; what a user may do with their own is `OwnSignIns`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def holder(self, id: uuid.UUID, user_id: uuid.UUID) -> User | None:
        """Return the user whose sign-in this is while it holds; None where there is none, or it was revoked."""
        row = self._connection.execute(_HOLDER, {"sign_in": id, "user": user_id}).mappings().one_or_none()
        return None if row is None else User.of(dict(row))

    def add(self, user_id: uuid.UUID, *, now: dt.datetime, lasts: dt.timedelta, **about: str) -> uuid.UUID:
        """Add a sign-in; return its id."""
        times = {"created_at": now, "rotated_at": now, "expires_at": now + lasts}
        made = sign_ins.insert().values(user_id=user_id, **times, **about)
        id: uuid.UUID = self._connection.execute(made.returning(sign_ins.c.id)).scalar_one()
        return id

    def find(self, id: uuid.UUID) -> SignIn | None:
        """Return a sign-in, None where there is none."""
        row = self._connection.execute(sa.select(sign_ins).where(sign_ins.c.id == id)).mappings().one_or_none()
        return None if row is None else SignIn.of(dict(row))

    def rotate(
        self, id: uuid.UUID, generation: int, *, now: dt.datetime, lasts: dt.timedelta, **about: str
    ) -> SignIn | None:
        """Begin the next generation of a sign-in that is at this one and holds; else None. Of two, one does."""
        here = sign_ins.c.id == id, sign_ins.c.generation == generation
        holds = sign_ins.c.revoked_at.is_(None), sign_ins.c.expires_at > now
        values = {"generation": generation + 1, "rotated_at": now, "expires_at": now + lasts, **about}
        changed = sign_ins.update().where(*here, *holds).values(values).returning(*sign_ins.c)
        row = self._connection.execute(changed).mappings().one_or_none()
        return None if row is None else SignIn.of(dict(row))

    def end(self, id: uuid.UUID, *, now: dt.datetime, why: str) -> SignIn | None:
        """Revoke a sign-in; None where there is none that holds."""
        ended = sign_ins.update().where(sign_ins.c.id == id, sign_ins.c.revoked_at.is_(None))
        ended = ended.values(revoked_at=now, revoked_for=why)
        row = self._connection.execute(ended.returning(*sign_ins.c)).mappings().one_or_none()
        return None if row is None else SignIn.of(dict(row))


class OwnSignIns(OwnedRows):
    """A user's own."""

    table: ClassVar[sa.Table] = sign_ins
    noun: ClassVar[str] = "sign-in"

    def good(self, *, now: dt.datetime, limit: int, cursor: str | None = None) -> Page:
        """Return those that hold, newest first."""
        return self.page(sign_ins.c.revoked_at.is_(None), sign_ins.c.expires_at > now, limit=limit, cursor=cursor)

    def end(self, id: uuid.UUID, *, now: dt.datetime, why: str) -> None:
        """Revoke one. Raises NoData where the user has none of that id that holds."""
        self._one(self._ended(now, why).where(self._key == id).returning(*sign_ins.c), id)

    def end_all(self, *, now: dt.datetime, why: str, but: uuid.UUID | None = None) -> None:
        """Revoke all of them, but one."""
        ended = self._ended(now, why)
        self._connection.execute(ended if but is None else ended.where(self._key != but))

    def _ended(self, now: dt.datetime, why: str) -> sa.Update:
        return (
            sign_ins.update()
            .where(self._is_mine, sign_ins.c.revoked_at.is_(None))
            .values(revoked_at=now, revoked_for=why)
        )
