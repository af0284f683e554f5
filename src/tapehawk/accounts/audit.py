"""What of security happened: a line in the log and a row in the audit log, by one call."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import Literal, TypeAlias

from tapehawk.accounts.visitor import Visitor
from tapehawk.records.records import Records

SecurityEvent: TypeAlias = Literal[
    "login",
    "login_failed",
    "login_refused",
    "logout",
    "logout_everywhere",
    "sign_in_ended",
    "refresh_reused",
    "registered",
    "user_added",
    "owner_made",
    "invited",
    "password_changed",
    "password_refused",
    "email_changed",
    "role_changed",
    "disabled",
    "enabled",
]
_log = logging.getLogger("tapehawk.security")


def note(
    records: Records,
    event: SecurityEvent,
    user_id: uuid.UUID | None,
    where: Visitor,
    *,
    now: dt.datetime,
    **detail: str,
) -> None:
    """Note an event that concerns a user, or nobody who is known. No secret belongs into `detail`."""
    records.audit.add(event, user_id=user_id, ip=where.ip, now=now, detail=detail)
    _log.info(event, extra={"user_id": str(user_id) if user_id else None, "ip": where.ip, "detail": detail})
