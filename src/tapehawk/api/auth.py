"""`/api/v1/auth`: becoming a user, signing in and staying so, one's own account."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from tapehawk.accounts.joining import Newcomer
from tapehawk.accounts.tickets import LASTS, issue
from tapehawk.api.auth_models import (
    InvitationTicket,
    Login,
    PasswordChange,
    ProfileChange,
    Refresh,
    Register,
    SignedIn,
    SocketTicket,
    Welcome,
)
from tapehawk.api.dependencies import Admin, Bearer, CurrentUser, HouseDep, SignInId, VisitorDep
from tapehawk.api.problems import refusals
from tapehawk.api.refresh_cookie import RefreshCookie, forget, handed
from tapehawk.api.users import ShownUser
from tapehawk.app.sizing import account_of
from tapehawk.core.errors import NotSignedIn

router = APIRouter(prefix="/api/v1/auth", tags=["auth"])


@router.post("/register", status_code=201, responses=refusals(403, 409))
def register(asked: Register, house: HouseDep, where: VisitorDep, request: Request, response: Response) -> SignedIn:
    """Become a user, and sign in. The setting `api.registration` says who may."""
    newcomer = Newcomer(asked.email, asked.password, asked.first_name, asked.last_name)
    grant = house.accounts.joining.register(newcomer, where, asked.invitation)
    return handed(grant, asked.refresh_in, request, response)


@router.post("/login")
def login(asked: Login, house: HouseDep, where: VisitorDep, request: Request, response: Response) -> SignedIn:
    """Sign in with email and password."""
    grant = house.accounts.signing_in.with_password(asked.email, asked.password, where)
    return handed(grant, asked.refresh_in, request, response)


@router.post("/welcome", responses=refusals(409))
def welcome(asked: Welcome, house: HouseDep, where: VisitorDep, request: Request, response: Response) -> SignedIn:
    """Become the owner, by the link that the first start of the service shows."""
    newcomer = Newcomer(asked.email or "", asked.password or "", asked.first_name, asked.last_name)
    grant = house.accounts.joining.welcome(asked.ticket, newcomer, where)
    return handed(grant, asked.refresh_in, request, response)


@router.post("/refresh")
def refresh(
    house: HouseDep,
    where: VisitorDep,
    request: Request,
    response: Response,
    asked: Refresh | None = None,
    cookie: RefreshCookie = None,
) -> SignedIn:
    """Get new tokens for a refresh token, of the body or else of the cookie. One that was used ends its sign-in."""
    shown = asked.refresh_token if asked else None
    if not (shown or cookie):
        raise NotSignedIn("there is no refresh token, in the body or in the cookie", hint="sign in first")
    grant = house.accounts.signing_in.refresh(shown or cookie or "", where)
    return handed(grant, "body" if shown else "cookie", request, response)


@router.post("/logout", status_code=204)
def logout(
    house: HouseDep,
    where: VisitorDep,
    given: Bearer,
    request: Request,
    response: Response,
    asked: Refresh | None = None,
    cookie: RefreshCookie = None,
) -> None:
    """End the sign-in of a refresh token, or else of the access token."""
    shown = (asked.refresh_token if asked else None) or cookie
    if shown:
        house.accounts.signing_in.end_by_token(shown, where)
    else:
        house.who.of(given.credentials if given else None, where)
        if given:
            house.accounts.signing_in.end(house.tokens.read(given.credentials).sign_in, where)
    forget(request, response)


@router.get("/me")
def me(user: CurrentUser) -> ShownUser:
    """Return who asks."""
    return ShownUser.model_validate(user)


@router.patch("/me", responses=refusals(403, 409))
def change_me(asked: ProfileChange, house: HouseDep, user: CurrentUser, where: VisitorDep) -> ShownUser:
    """Change one's names, preferences (all of them at once, `risk` being the account of `[risk]`) and email."""
    changing = house.accounts.changing
    account_of(house.known, asked.preferences or {})
    if asked.email is not None:
        changing.email(user, asked.email, asked.current_password, where)
    values = asked.model_dump(include={"first_name", "last_name", "preferences"}, exclude_none=True)
    return ShownUser.model_validate(changing.profile(user, values))


@router.post("/password", status_code=204, responses=refusals(403))
def change_password(
    asked: PasswordChange, house: HouseDep, user: CurrentUser, sign_in: SignInId, where: VisitorDep
) -> None:
    """Change one's password; every other sign-in ends."""
    current, new = asked.current_password, asked.new_password
    house.accounts.changing.password(user, current, new, where, keep=sign_in)


@router.post("/ws-ticket")
def ws_ticket(house: HouseDep, user: CurrentUser, response: Response) -> SocketTicket:
    """Get a ticket that opens one WebSocket within half a minute: `?ticket=`."""
    response.headers["Cache-Control"] = "no-store"
    with house.database.write() as records:
        ticket = issue(records, "socket", user.id, now=house.now())
    return SocketTicket(ticket=ticket, expires_in=int(LASTS["socket"].total_seconds()))


@router.post("/invitations", status_code=201, responses=refusals(403))
def invite(house: HouseDep, admin: Admin, where: VisitorDep) -> InvitationTicket:
    """Write an invitation, which one person can register with."""
    invitation = house.accounts.joining.invite(admin, where)
    return InvitationTicket(invitation=invitation.ticket, expires_at=invitation.expires_at)
