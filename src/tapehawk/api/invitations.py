"""`/api/v1/auth/invitations`: what admins let people in with."""

from __future__ import annotations

from fastapi import APIRouter

from tapehawk.api.auth_models import InvitationTicket
from tapehawk.api.dependencies import Admin, HouseDep, VisitorDep
from tapehawk.api.once import Once
from tapehawk.api.problems import refusals

router = APIRouter(prefix="/api/v1/auth/invitations", tags=["auth"], route_class=Once)


@router.post("", status_code=201, responses=refusals(403))
def invite(house: HouseDep, admin: Admin, where: VisitorDep) -> InvitationTicket:
    """Write an invitation, which one person can register with."""
    invitation = house.accounts.joining.invite(admin, where)
    return InvitationTicket(invitation=invitation.ticket, expires_at=invitation.expires_at)
