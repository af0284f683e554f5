"""The owner: the first admin, of the first start's link, of the command line, or of being at home."""

from __future__ import annotations

import datetime as dt
from typing import Final

from tapehawk.core.errors import Conflict
from tapehawk.records.database import Database
from tapehawk.records.users import User

PLACEHOLDER: Final = "owner@localhost"
"""The email of an owner who has not chosen one; nobody can register it."""


def owner_of(database: Database, *, now: dt.datetime) -> User:
    """Return the owner, made where there is no admin yet."""
    with database.read(fresh=True) as records:
        found = records.users.first_admin()
    return found or _made(database, now)


def _made(database: Database, now: dt.datetime) -> User:
    try:
        with database.write() as records:
            return records.users.add(email=PLACEHOLDER, password_hash="", role="admin", now=now)
    except Conflict:  # another request made the owner meanwhile
        with database.read(fresh=True) as records:
            found = records.users.first_admin()
        if found is None:
            raise
        return found
