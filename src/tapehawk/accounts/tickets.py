"""Tickets: what is handed over once, where a token must not be: in a URL, in a message, on a terminal."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from tapehawk.core.errors import NotSignedIn
from tapehawk.records.records import Records

Purpose: TypeAlias = Literal["socket", "invitation", "owner"]
LASTS: Final[Mapping[Purpose, dt.timedelta]] = {
    "socket": dt.timedelta(seconds=30),
    "invitation": dt.timedelta(days=7),
    "owner": dt.timedelta(days=1),
}


def issue(records: Records, purpose: Purpose, user_id: uuid.UUID | None, *, now: dt.datetime) -> str:
    """Return a new ticket of a user, or of nobody."""
    ticket = secrets.token_urlsafe(32)
    records.tickets.add(_hash(ticket), purpose=purpose, user_id=user_id, now=now, lasts=LASTS[purpose])
    return ticket


def redeem(records: Records, purpose: Purpose, ticket: str, *, now: dt.datetime) -> uuid.UUID | None:
    """Use a ticket up; return whose it was. Raises NotSignedIn for one that is used, too old or none."""
    taken = records.tickets.take(_hash(ticket), purpose=purpose, now=now)
    if taken is None:
        message = f"this {purpose} ticket is used, too old or none of ours"
        raise NotSignedIn(message, hint="ask for another one", at="invitation" if purpose == "invitation" else "ticket")
    return taken.user_id


def _hash(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()
