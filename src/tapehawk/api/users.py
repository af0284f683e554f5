"""`/api/v1/users`: everybody, for admins."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from tapehawk.accounts.roles import Role
from tapehawk.api.dependencies import Admin, Cursor, HouseDep, Limit, VisitorDep
from tapehawk.api.problems import refusals
from tapehawk.records.users import User

router = APIRouter(prefix="/api/v1/users", tags=["users"], responses=refusals(403))


class ShownUser(BaseModel):
    """A user, as they and admins see them."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "example": {
                "id": "0197a3c0-7c0e-7d55-8a6c-0a4f6f3f1b11",
                "email": "ada@example.org",
                "first_name": "Ada",
                "last_name": "Lovelace",
                "role": "user",
                "preferences": {},
                "created_at": "2026-11-30T14:30:00Z",
                "updated_at": "2026-11-30T14:30:00Z",
                "last_login": None,
                "is_active": True,
            }
        },
    )

    id: uuid.UUID
    email: str
    first_name: str
    last_name: str
    role: Role
    preferences: dict[str, Any]
    created_at: dt.datetime
    updated_at: dt.datetime
    last_login: dt.datetime | None
    is_active: bool


class UserPage(BaseModel):
    """Users, newest first."""

    items: list[ShownUser]
    next_cursor: str | None


class UserChange(BaseModel):
    """What an admin may change of a user."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "viewer"}]})

    role: Role | None = None
    is_active: Annotated[bool | None, Field(description="a user who is not active can't sign in")] = None


@router.get("")
def list_users(house: HouseDep, _admin: Admin, limit: Limit = 100, cursor: Cursor = None) -> UserPage:
    """List the users, newest first."""
    with house.database.read() as records:
        page = records.users.page(limit=limit, cursor=cursor)
    return UserPage(items=[ShownUser.model_validate(User.of(row)) for row in page.items], next_cursor=page.next_cursor)


@router.get("/{user_id}", responses=refusals(404))
def get_user(user_id: uuid.UUID, house: HouseDep, _admin: Admin) -> ShownUser:
    """Return one user."""
    with house.database.read() as records:
        return ShownUser.model_validate(records.users.get(user_id))


@router.patch("/{user_id}", responses=refusals(404, 409))
def change_user(user_id: uuid.UUID, asked: UserChange, house: HouseDep, admin: Admin, where: VisitorDep) -> ShownUser:
    """Change a user's role, or whether they may sign in; who may not is signed out at once."""
    changing = house.accounts.changing
    changed = changing.standing(admin, user_id, where, role=asked.role, is_active=asked.is_active)
    return ShownUser.model_validate(changed)
