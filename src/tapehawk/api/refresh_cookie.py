"""The refresh token of a browser: in a cookie that no script reads, no other site sends, and only sign-in paths see.

A second cookie, which says nothing but that the first is there, tells the web app whether it has anything to ask with.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from fastapi import Cookie, Request, Response

from tapehawk.accounts.signing_in import Grant
from tapehawk.api.auth_models import SignedIn

NAME: Final = "tapehawk_refresh"
MARK: Final = "tapehawk_signed_in"
PATH: Final = "/api/v1/auth"
RefreshCookie: TypeAlias = Annotated[str | None, Cookie(alias=NAME, max_length=2000, include_in_schema=False)]


def handed(grant: Grant, refresh_in: str, request: Request, response: Response) -> SignedIn:
    """Return the answer to a sign-in, its refresh token in the body or in the cookie."""
    response.headers["Cache-Control"] = "no-store"
    if refresh_in == "cookie":
        secure, lasts = request.url.scheme == "https", grant.lasts
        token = grant.refresh_token
        response.set_cookie(NAME, token, lasts, path=PATH, secure=secure, httponly=True, samesite="strict")
        response.set_cookie(MARK, "1", lasts, secure=secure, samesite="strict")
    shown = grant.refresh_token if refresh_in == "body" else None
    return SignedIn(access_token=grant.access_token, refresh_token=shown, expires_in=grant.expires_in)


def forget(request: Request, response: Response) -> None:
    """Take the cookies away."""
    secure = request.url.scheme == "https"
    response.delete_cookie(NAME, path=PATH, secure=secure, httponly=True, samesite="strict")
    response.delete_cookie(MARK, secure=secure, samesite="strict")
