"""What routes ask for: the house, and who asks."""

from __future__ import annotations

import uuid
from typing import Annotated, TypeAlias, cast

from fastapi import Depends, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from tapehawk.accounts.roles import need_admin, need_writer
from tapehawk.accounts.visitor import Visitor, visitor
from tapehawk.app.house import House
from tapehawk.records.pages import MOST
from tapehawk.records.users import User

_bearer = HTTPBearer(auto_error=False, description="An access token of POST /api/v1/auth/login.")


def house_of(connection: HTTPConnection) -> House:
    """Return the house that answers."""
    return cast("House", connection.app.state.house)


def visitor_of(connection: HTTPConnection) -> Visitor:
    """Return from where is asked."""
    return visitor(connection.client.host if connection.client else "", connection.headers)


async def the_house(connection: HTTPConnection) -> House:
    """Return the house that answers."""
    return house_of(connection)


HouseDep: TypeAlias = Annotated[House, Depends(the_house)]


async def the_visitor(connection: HTTPConnection) -> Visitor:
    """Return from where is asked."""
    return visitor_of(connection)


VisitorDep: TypeAlias = Annotated[Visitor, Depends(the_visitor)]
Bearer: TypeAlias = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def current_user(connection: HTTPConnection, given: Bearer) -> User:
    """Return who asks. Raises NotSignedIn.

    Nearly every route asks: what it needs itself is no dependency, each of which is solved anew for every request.
    """
    return house_of(connection).who.of(given.credentials if given else None, visitor_of(connection))


CurrentUser: TypeAlias = Annotated[User, Depends(current_user)]
Ticket: TypeAlias = Annotated[str | None, Query(max_length=200, description="of POST /api/v1/auth/ws-ticket")]


def socket_user(connection: HTTPConnection, house: HouseDep, where: VisitorDep, ticket: Ticket = None) -> User:
    """Return who opens a socket, by a ticket or an Authorization header: a token in a URL would be logged everywhere.

    Raises NotSignedIn, which refuses the handshake with a problem document.
    """
    if ticket:
        return house.who.by_ticket(ticket)
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return house.who.of(token.strip() if scheme.lower() == "bearer" else None, where)


SocketUser: TypeAlias = Annotated[User, Depends(socket_user)]


async def current_sign_in(house: HouseDep, given: Bearer) -> uuid.UUID | None:
    """Return the sign-in of the token that is shown; None for the owner at home."""
    return house.tokens.read(given.credentials).sign_in if given else None


SignInId: TypeAlias = Annotated[uuid.UUID | None, Depends(current_sign_in)]


async def writing_user(user: CurrentUser) -> User:
    """Return who asks, if they may change things. Raises NotAllowed for a viewer."""
    need_writer(user.role)
    return user


async def admin_user(user: CurrentUser) -> User:
    """Return who asks, if they are an admin. Raises NotAllowed."""
    need_admin(user.role)
    return user


Writer: TypeAlias = Annotated[User, Depends(writing_user)]
Admin: TypeAlias = Annotated[User, Depends(admin_user)]
Limit: TypeAlias = Annotated[int, Query(ge=1, le=MOST, description="items of a page")]
Cursor: TypeAlias = Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before")]
