"""Access tokens: short-lived, signed with the first of the keys, good under any of them, so that keys can be changed.

A token says who, in which role and of which sign-in (`sid`), and is believed until it ends; what must hold at once (a
user disabled, a sign-in revoked) is asked of the records.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import jwt

from tapehawk.core.errors import BadInput, NotSignedIn

ALGORITHM: Final = "HS256"
AUDIENCE: Final = "tapehawk"
LASTS: Final = dt.timedelta(minutes=15)
LEAST_KEY: Final = 32  # bytes


@dataclass(frozen=True)
class Claims:
    """What a token says."""

    user_id: uuid.UUID
    role: str
    sign_in: uuid.UUID
    expires_at: dt.datetime


class Tokens:
    """Signs and reads access tokens. `keys`: the first signs, all verify. `now`: the clock.

    Raises BadInput for no key, or one that is too short to be safe.
    """

    def __init__(self, keys: tuple[str, ...], now: Callable[[], dt.datetime], lasts: dt.timedelta = LASTS) -> None:
        if not keys or any(len(key.encode()) < LEAST_KEY for key in keys):
            hint = "python -c 'import secrets; print(secrets.token_urlsafe(48))' makes one"
            raise BadInput(f"JWT_SECRET is shorter than {LEAST_KEY} bytes", hint=hint)
        self._keys = {_name(key): key for key in keys}
        self._signs, self._now, self.lasts = _name(keys[0]), now, lasts

    def signed(self, user_id: uuid.UUID, role: str, sign_in: uuid.UUID) -> str:
        """Return a token."""
        now = self._now()
        said = {"sub": str(user_id), "role": role, "sid": str(sign_in), "aud": AUDIENCE, "iat": now}
        said |= {"exp": now + self.lasts, "jti": secrets.token_hex(8)}
        return jwt.encode(said, self._keys[self._signs], algorithm=ALGORITHM, headers={"kid": self._signs})

    def read(self, token: str) -> Claims:
        """Return what a token says. Raises NotSignedIn for one that is expired, forged or not ours."""
        try:
            key = self._keys[jwt.get_unverified_header(token).get("kid", "")]
            # Expiry is judged by our own clock, below.
            rules = {"require": ["exp", "sub", "aud", "sid", "role"], "verify_exp": False, "verify_iat": False}
            said = jwt.decode(token, key, algorithms=[ALGORITHM], audience=AUDIENCE, options=rules)  # type: ignore[arg-type]
            expires = dt.datetime.fromtimestamp(said["exp"], dt.UTC)
            claims = Claims(uuid.UUID(said["sub"]), said["role"], uuid.UUID(said["sid"]), expires)
        except (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError) as error:
            raise NotSignedIn("this token is not one of ours") from error
        if claims.expires_at <= self._now():
            raise NotSignedIn("this token has expired", hint="POST /api/v1/auth/refresh brings another")
        return claims


def _name(key: str) -> str:
    """Return the name of a key, which says nothing about it."""
    return hashlib.sha256(b"kid:" + key.encode()).hexdigest()[:12]
