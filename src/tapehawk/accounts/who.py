"""Who asks: the one place where a token, a ticket or a place becomes a user.

A token is believed, its sign-in and its user are looked up in one question: both can be ended at once. A ticket
is used up. And where the settings say `auth = loopback-open`, who asks at home (`visitor.py`) and shows no token is the
owner.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from tapehawk.accounts.owner import owner_of
from tapehawk.accounts.tickets import redeem
from tapehawk.accounts.tokens import Tokens
from tapehawk.accounts.visitor import Visitor
from tapehawk.core.errors import NotSignedIn
from tapehawk.records.database import Database
from tapehawk.records.users import User

NOWHERE = Visitor()


@dataclass(frozen=True)
class Who:
    """Finds out who asks. `open_at_home`: the setting above; `now`: the clock."""

    database: Database
    tokens: Tokens
    now: Callable[[], dt.datetime]
    open_at_home: bool = False

    def of(self, token: str | None, visitor: Visitor = NOWHERE) -> User:
        """Return who holds an access token. Raises NotSignedIn for nobody, a revoked sign-in, a disabled user."""
        if not token:
            if self.open_at_home and visitor.at_home:
                return _active(owner_of(self.database, now=self.now()))
            raise NotSignedIn("sign in first", hint="POST /api/v1/auth/login brings a token: Authorization: Bearer …")
        claims = self.tokens.read(token)
        with self.database.ask(fresh=True) as records:
            user = records.sign_ins.holder(claims.sign_in, claims.user_id)
        if user is None:
            raise NotSignedIn("this sign-in has ended", hint="sign in again")
        return _active(user)

    def by_ticket(self, ticket: str) -> User:
        """Return whose socket a ticket opens, and use it up. Raises NotSignedIn."""
        with self.database.write() as records:
            user_id = redeem(records, "socket", ticket, now=self.now())
            if user_id is None:
                raise NotSignedIn("this ticket is nobody's")
            return _active(records.users.get(user_id))


def _active(user: User) -> User:
    if not user.is_active:
        raise NotSignedIn("this user is disabled")
    return user
