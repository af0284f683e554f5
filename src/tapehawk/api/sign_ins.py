"""`/api/v1/auth/sign-ins`: where one is signed in, and the end of it."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from tapehawk.api.auth_models import ShownSignIn, SignInPage
from tapehawk.api.dependencies import CurrentUser, Cursor, HouseDep, Limit, SignInId, VisitorDep
from tapehawk.api.problems import refusals
from tapehawk.api.refresh_cookie import forget

router = APIRouter(prefix="/api/v1/auth/sign-ins", tags=["auth"])


@router.get("")
def list_sign_ins(
    house: HouseDep, user: CurrentUser, current: SignInId, limit: Limit = 100, cursor: Cursor = None
) -> SignInPage:
    """List one's sign-ins that hold, newest first."""
    with house.database.read(fresh=True) as records:
        page = records.of(user.id).sign_ins.good(now=house.now(), limit=limit, cursor=cursor)
    shown = [
        ShownSignIn(
            id=row["id"],
            created_at=row["created_at"],
            refreshed_at=row["rotated_at"],
            expires_at=row["expires_at"],
            ip=row["ip"],
            user_agent=row["user_agent"],
            is_current=row["id"] == current,
        )
        for row in page.items
    ]
    return SignInPage(items=shown, next_cursor=page.next_cursor)


@router.delete("", status_code=204)
def end_sign_ins(
    house: HouseDep,
    user: CurrentUser,
    current: SignInId,
    where: VisitorDep,
    request: Request,
    response: Response,
    *,
    others: Annotated[bool, Query(description="all but the one that asks")] = False,
) -> None:
    """Log out everywhere: end every sign-in, this one too unless only the others are meant."""
    house.accounts.signing_in.end_all(user, where, keep=current if others else None)
    if not others:
        forget(request, response)


@router.delete("/{sign_in_id}", status_code=204, responses=refusals(404))
def end_sign_in(sign_in_id: uuid.UUID, house: HouseDep, user: CurrentUser, where: VisitorDep) -> None:
    """End one sign-in."""
    house.accounts.signing_in.end_one(user, sign_in_id, where)
