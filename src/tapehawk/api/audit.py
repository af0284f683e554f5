"""`/api/v1/audit`: what of security happened, for admins."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from tapehawk.accounts.audit import SecurityEvent
from tapehawk.api.dependencies import Admin, Cursor, HouseDep, Limit
from tapehawk.api.problems import refusals
from tapehawk.records.audit import WantedEvents

router = APIRouter(prefix="/api/v1/audit", tags=["audit"], responses=refusals(403))


class ShownEvent(BaseModel):
    """Something that happened."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "id": 1042,
                "at": "2026-11-30T14:30:00Z",
                "event": "role_changed",
                "user_id": "0197a3c0-7c0e-7d55-8a6c-0a4f6f3f1b11",
                "ip": "192.0.2.7",
                "detail": {"by": "0197a3c0-7c0e-7d55-8a6c-0a4f6f3f1b12", "before": "user", "after": "viewer"},
            }
        },
    )

    id: Annotated[int, Field(description="grows from one event to the next")]
    at: dt.datetime
    event: Annotated[str, Field(description="one of those that `event` may ask for")]
    user_id: Annotated[uuid.UUID | None, Field(description="whom it concerns, who may be gone; null: nobody known")]
    ip: Annotated[str, Field(description="from where; empty: at the command line")]
    detail: Annotated[dict[str, str], Field(description="`by`: the admin who did it; `sign_in`: which one; …")]


class EventPage(BaseModel):
    """Events, newest first."""

    items: list[ShownEvent]
    next_cursor: str | None


async def wanted_events(
    event: SecurityEvent | None = None,
    user_id: Annotated[uuid.UUID | None, Query(description="whom it concerns")] = None,
    ip: Annotated[str | None, Query(max_length=45, pattern=r"^[0-9A-Fa-f.:]*$", examples=["192.0.2.7"])] = None,
    from_: Annotated[dt.date | None, Query(alias="from", description="first day, in UTC")] = None,
    to: Annotated[dt.date | None, Query(description="last day, inclusive")] = None,
) -> WantedEvents:
    """Return which events a query wants."""
    return WantedEvents(event, user_id, ip, from_, to)


Wanted = Annotated[WantedEvents, Depends(wanted_events)]


@router.get("")
def list_events(house: HouseDep, _admin: Admin, wanted: Wanted, limit: Limit = 100, cursor: Cursor = None) -> EventPage:
    """List what happened, newest first; events are kept for `records.audit_days`."""
    with house.database.read() as records:
        page = records.audit.page(wanted, limit=limit, cursor=cursor)
    return EventPage(items=[ShownEvent.model_validate(row) for row in page.items], next_cursor=page.next_cursor)
