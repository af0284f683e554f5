"""Who asks: the one place where a token becomes a user."""

from __future__ import annotations

from dataclasses import dataclass

from tapehawk.accounts.tokens import Tokens
from tapehawk.core.errors import NoData, NotSignedIn
from tapehawk.records.database import Database
from tapehawk.records.users import User


@dataclass(frozen=True)
class Who:
    """Finds out who asks. A token is believed, its sign-in and its user are looked up: both can be ended at once."""

    database: Database
    tokens: Tokens

    def of(self, token: str | None) -> User:
        """Return who holds an access token. Raises NotSignedIn for nobody, a revoked sign-in, a disabled user."""
        if not token:
            raise NotSignedIn("sign in first", hint="POST /api/v1/auth/login brings a token: Authorization: Bearer …")
        claims = self.tokens.read(token)
        with self.database.read() as records:
            try:
                user = records.users.get(claims.user_id)
            except NoData as error:
                raise NotSignedIn("this user is gone") from error
            if not records.sign_ins.is_good(claims.sign_in, claims.user_id):
                raise NotSignedIn("this sign-in has ended", hint="sign in again")
        if not user.is_active:
            raise NotSignedIn("this user is disabled")
        return user
