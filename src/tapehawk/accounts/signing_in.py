"""Signing in and staying so: by password, by refresh token, and the ends of it.

    password ──► sign-in, generation 1 ──refresh(1)──► generation 2 ──refresh(2)──► 3 …
                                                            ▲
                        refresh(1) within GRACE ────────────┘  the same answer: two tabs, or an answer that was lost
                        refresh(1) later                       somebody has a copy: the sign-in ends

What is counted or noted of a refusal is committed before it is raised. No password is computed inside a transaction.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tapehawk.accounts.audit import note
from tapehawk.accounts.passwords import Passwords
from tapehawk.accounts.throttle import Throttle
from tapehawk.accounts.tokens import Refreshing, Tokens
from tapehawk.accounts.visitor import Visitor
from tapehawk.core.errors import NotSignedIn
from tapehawk.records.database import Database
from tapehawk.records.records import Records
from tapehawk.records.sign_ins import SignIn
from tapehawk.records.users import User

LASTS: Final = dt.timedelta(days=30)  # without being refreshed
GRACE: Final = dt.timedelta(seconds=10)
WRONG: Final = "wrong email or password"
AGAIN: Final = "sign in again"


@dataclass(frozen=True)
class Grant:
    """What a sign-in is answered with. `expires_in`: seconds of the access token; `lasts`: those of the other."""

    access_token: str
    refresh_token: str
    expires_in: int
    lasts: int


@dataclass(frozen=True)
class SigningIn:
    """Begins sign-ins, continues and ends them. `now`: the clock."""

    database: Database
    tokens: Tokens
    passwords: Passwords
    throttle: Throttle
    now: Callable[[], dt.datetime]

    def with_password(self, email: str, password: str, where: Visitor) -> Grant:
        """Sign in. Raises NotSignedIn for a wrong password and an unknown email alike, TooMany."""
        with self.database.read(fresh=True) as records:
            user = records.users.by_email(email)
        self.throttle.address(where, cost=0)
        self.throttle.account(email)
        is_right = self.passwords.match(password, user.password_hash if user else "")
        if user is None or not is_right:
            self._note_failure(user, where)
            raise NotSignedIn(WRONG)
        self.throttle.forget(email)
        stronger = self.passwords.hashed(password) if self.passwords.is_outdated(user.password_hash) else None
        with self.database.write() as records:
            user = records.users.get(user.id)
            if user.is_active:
                if stronger:
                    records.users.change(user.id, now=self.now(), password_hash=stronger)
                return self.begin(records, user, where)
            note(records, "login_refused", user.id, where, now=self.now())
        raise NotSignedIn("this user is disabled")

    def begin(self, records: Records, user: User, where: Visitor) -> Grant:
        """Begin a sign-in of a user who has shown who they are."""
        now = self.now()
        id = records.sign_ins.add(user.id, now=now, lasts=LASTS, ip=where.ip, user_agent=where.user_agent)
        records.users.change(user.id, now=user.updated_at, last_login=now)
        note(records, "login", user.id, where, now=now, sign_in=str(id))
        return self._grant(user, id, 1, now + LASTS)

    def refresh(self, token: str, where: Visitor) -> Grant:
        """Continue a sign-in with its next tokens. Raises NotSignedIn; one that was used before ends the sign-in."""
        shown = self.tokens.read_refreshing(token)
        with self.database.write() as records:
            answer = self._refreshed(records, shown, where)
        if isinstance(answer, str):
            raise NotSignedIn(answer, hint=AGAIN)
        return answer

    def end(self, sign_in: uuid.UUID, where: Visitor) -> None:
        """End a sign-in; one that has ended is no error."""
        with self.database.write() as records:
            ended = records.sign_ins.end(sign_in, now=self.now(), why="logout")
            if ended:
                note(records, "logout", ended.user_id, where, now=self.now(), sign_in=str(sign_in))

    def end_by_token(self, token: str, where: Visitor) -> None:
        """End the sign-in of a refresh token. Raises NotSignedIn for one that is not ours."""
        self.end(self.tokens.read_refreshing(token).sign_in, where)

    def end_one(self, user: User, sign_in: uuid.UUID, where: Visitor) -> None:
        """End one of a user's sign-ins. Raises NoData where they have none of that id."""
        with self.database.write() as records:
            records.of(user.id).sign_ins.end(sign_in, now=self.now(), why="ended by the user")
            note(records, "sign_in_ended", user.id, where, now=self.now(), sign_in=str(sign_in))

    def end_all(self, user: User, where: Visitor, *, keep: uuid.UUID | None = None) -> None:
        """End every sign-in of a user but the one to `keep`: log out everywhere."""
        with self.database.write() as records:
            end_all(records, user.id, now=self.now(), why="logout everywhere", but=keep)
            note(records, "logout_everywhere", user.id, where, now=self.now())

    def _refreshed(self, records: Records, shown: Refreshing, where: Visitor) -> Grant | str:
        """Return the next tokens, or why there are none."""
        about = {"ip": where.ip, "user_agent": where.user_agent}
        sign_in = records.sign_ins.rotate(shown.sign_in, shown.generation, now=self.now(), lasts=LASTS, **about)
        if sign_in is None:
            sign_in = records.sign_ins.find(shown.sign_in)
            if sign_in is None or not self._is_repeated(sign_in, shown):
                return self._refused(records, sign_in, shown, where)
        user = records.users.get(sign_in.user_id)
        if not user.is_active:
            return "this user is disabled"
        return self._grant(user, sign_in.id, sign_in.generation, sign_in.expires_at)

    def _is_repeated(self, sign_in: SignIn, shown: Refreshing) -> bool:
        """Say whether this token was used a moment ago, as by two tabs that race, and nothing else happened since."""
        is_before = shown.generation == sign_in.generation - 1 and sign_in.revoked_at is None
        return is_before and self.now() - sign_in.rotated_at <= GRACE

    def _refused(self, records: Records, sign_in: SignIn | None, shown: Refreshing, where: Visitor) -> str:
        now = self.now()
        holds = sign_in is not None and sign_in.revoked_at is None and sign_in.expires_at > now
        if sign_in is None or not holds or shown.generation >= sign_in.generation:
            return "this sign-in has ended"
        records.sign_ins.end(sign_in.id, now=now, why="refresh token reused")
        note(records, "refresh_reused", sign_in.user_id, where, now=now, sign_in=str(sign_in.id))
        return "this refresh token was used before; its sign-in has been ended"

    def _grant(self, user: User, sign_in: uuid.UUID, generation: int, until: dt.datetime) -> Grant:
        access = self.tokens.signed(user.id, user.role, sign_in)
        refresh = self.tokens.refreshing(sign_in, generation, until)
        return Grant(access, refresh, int(self.tokens.lasts.total_seconds()), int(LASTS.total_seconds()))

    def _note_failure(self, user: User | None, where: Visitor) -> None:
        with self.database.write() as records:
            note(records, "login_failed", user.id if user else None, where, now=self.now())
        self.throttle.address(where)


def end_all(records: Records, user_id: uuid.UUID, *, now: dt.datetime, why: str, but: uuid.UUID | None = None) -> None:
    """End the sign-ins of a user, but one, and what could open a socket meanwhile."""
    records.of(user_id).sign_ins.end_all(now=now, why=why, but=but)
    records.tickets.drop(purpose="socket", user_id=user_id)
