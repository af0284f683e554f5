"""Tokens: signed with the first of the keys, good under any of them, so that keys can be changed.

An *access token* says who, in which role and of which sign-in (`sid`). It is short-lived and believed until it ends;
what must hold at once (a user disabled, a sign-in revoked) is asked of the records.

A *refresh token* says of which sign-in it is and of which generation (`gen`). The records know the generation that is
good. An older one is a token that was used: that it is ours the signature says, so nobody ends another's sign-in with
one made up.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import jwt

from tapehawk.core.errors import BadInput, NotSignedIn

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "tapehawk"
REFRESHING: Final = "tapehawk-refresh"
LASTS: Final = dt.timedelta(minutes=15)
LEAST_KEY: Final = 32  # bytes
_REFUSED: Final = (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError, RecursionError)


@dataclass(frozen=True)
class Claims:
    """What an access token says."""

    user_id: uuid.UUID
    role: str
    sign_in: uuid.UUID
    expires_at: dt.datetime


@dataclass(frozen=True)
class Refreshing:
    """What a refresh token says."""

    sign_in: uuid.UUID
    generation: int


class Tokens:
    """Signs and reads tokens. `keys`: the first signs, all verify. `now`: the clock.

    Raises BadInput for no key, or one that is too short to be safe.
    """

    def __init__(self, keys: tuple[str, ...], now: Callable[[], dt.datetime], lasts: dt.timedelta = LASTS) -> None:
        if not keys or any(len(key.encode()) < LEAST_KEY for key in keys):
            hint = "python -c 'import secrets; print(secrets.token_urlsafe(48))' makes one"
            raise BadInput(f"JWT_SECRET is shorter than {LEAST_KEY} bytes", hint=hint)
        self._keys = {_name(key): key for key in keys}
        self._signs, self._now, self.lasts = _name(keys[0]), now, lasts

    def signed(self, user_id: uuid.UUID, role: str, sign_in: uuid.UUID) -> str:
        """Return an access token."""
        now = self._now()
        said = {"sub": str(user_id), "role": role, "sid": str(sign_in), "jti": secrets.token_hex(8), "iat": now}
        return self._written(said, AUDIENCE, now + self.lasts)

    def read(self, token: str) -> Claims:
        """Return what an access token says. Raises NotSignedIn for one that is expired, forged or not ours."""
        try:
            said = self._said(token, AUDIENCE, ["exp", "sub", "aud", "sid", "role"])
            expires = dt.datetime.fromtimestamp(said["exp"], dt.UTC)
            claims = Claims(uuid.UUID(str(said["sub"])), str(said["role"]), uuid.UUID(str(said["sid"])), expires)
        except _REFUSED as error:
            raise NotSignedIn("this token is not one of ours") from error
        if claims.expires_at <= self._now():
            raise NotSignedIn("this token has expired", hint="POST /api/v1/auth/refresh brings another")
        return claims

    def refreshing(self, sign_in: uuid.UUID, generation: int, until: dt.datetime) -> str:
        """Return the refresh token of a generation: each time it is asked for, the same."""
        return self._written({"sid": str(sign_in), "gen": generation}, REFRESHING, until)

    def read_refreshing(self, token: str) -> Refreshing:
        """Return what a refresh token says; the records say whether it is good. Raises NotSignedIn as `read` does."""
        try:
            said = self._said(token, REFRESHING, ["exp", "aud", "sid", "gen"])
            return Refreshing(uuid.UUID(str(said["sid"])), int(said["gen"]))
        except _REFUSED as error:
            raise NotSignedIn("this refresh token is not one of ours", hint="sign in again") from error

    def _written(self, said: dict[str, Any], audience: str, until: dt.datetime) -> str:
        claims = said | {"aud": audience, "exp": until}
        return jwt.encode(claims, self._keys[self._signs], algorithm=ALGORITHM, headers={"kid": self._signs})

    def _said(self, token: str, audience: str, required: list[str]) -> dict[str, Any]:
        """Return the claims of a token that one of the keys signed for an audience; expiry is for our own clock."""
        key = self._keys[jwt.get_unverified_header(token).get("kid", "")]
        rules: Any = {"require": required, "verify_exp": False, "verify_iat": False}
        return jwt.decode(token, key, algorithms=[ALGORITHM], audience=audience, options=rules)


def _name(key: str) -> str:
    """Return the name of a key, which says nothing about it."""
    return hashlib.sha256(b"kid:" + key.encode()).hexdigest()[:12]
