"""How somebody becomes a user: by the form, by an invitation, by an admin at the command line; and how the owner does.

Nobody is an admin by being first: an admin is made by who can read the terminal or the database of the service.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from tapehawk.accounts.audit import note
from tapehawk.accounts.emails import checked
from tapehawk.accounts.owner import PLACEHOLDER
from tapehawk.accounts.roles import USUAL, Role
from tapehawk.accounts.signing_in import Grant, SigningIn
from tapehawk.accounts.tickets import LASTS, issue, redeem
from tapehawk.accounts.visitor import Visitor
from tapehawk.core.errors import Conflict, NotAllowed
from tapehawk.records.database import Database
from tapehawk.records.records import Records
from tapehawk.records.users import User

Registration: TypeAlias = Literal["open", "invite", "closed", "direct"]
"""Who may register; `direct`: who asks without a proxy in between."""
AT_THE_COMMAND_LINE = Visitor()


@dataclass(frozen=True)
class Newcomer:
    """What somebody says of themselves. `password`: empty only for an owner who came by the link."""

    email: str
    password: str
    first_name: str = ""
    last_name: str = ""


@dataclass(frozen=True)
class Invitation:
    """A way in for one person."""

    ticket: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class Joining:
    """Makes users. `now`: the clock."""

    database: Database
    signing_in: SigningIn
    registration: Registration
    now: Callable[[], dt.datetime]

    def register(self, newcomer: Newcomer, where: Visitor, invitation: str = "") -> Grant:
        """Make a user, and sign them in. Raises NotAllowed where that is closed, Conflict for an email in use."""
        self._need_open(where, invitation)
        self.signing_in.throttle.address(where)
        kept = self._kept(newcomer)
        with self.database.write() as records:
            if self.registration == "invite":
                redeem(records, "invitation", invitation, now=self.now())
            user = self._added(records, newcomer, kept, USUAL)
            note(records, "registered", user.id, where, now=self.now())
            return self.signing_in.begin(records, user, where)

    def add(self, newcomer: Newcomer, role: Role) -> User:
        """Make a user of any role: who is at the command line may. Raises BadInput, Conflict for an email in use."""
        newcomer = replace(newcomer, email=checked(newcomer.email))
        kept = self._kept(newcomer)
        with self.database.write() as records:
            user = self._added(records, newcomer, kept, role)
            note(records, "user_added", user.id, AT_THE_COMMAND_LINE, now=self.now(), role=role)
            return user

    def invite(self, admin: User, where: Visitor) -> Invitation:
        """Return an invitation, good for one person."""
        now = self.now()
        with self.database.write() as records:
            note(records, "invited", admin.id, where, now=now)
            return Invitation(issue(records, "invitation", admin.id, now=now), now + LASTS["invitation"])

    def owner_ticket(self) -> str | None:
        """Return a ticket that makes who redeems it the owner; None where there is one. Those before it end."""
        with self.database.write() as records:
            if records.users.first_admin():
                return None
            records.tickets.drop(purpose="owner", user_id=None)
            return issue(records, "owner", None, now=self.now())

    def welcome(self, ticket: str, newcomer: Newcomer, where: Visitor) -> Grant:
        """Make the owner, and sign them in. Raises NotSignedIn for a ticket that is not good, Conflict for a second."""
        self.signing_in.throttle.address(where)
        kept = self._kept(newcomer) if newcomer.password else ""
        with self.database.write() as records:
            redeem(records, "owner", ticket, now=self.now())
            if records.users.first_admin():
                raise Conflict("there is an owner already", hint="an admin can make you one")
            user = self._added(records, newcomer, kept, "admin")
            note(records, "owner_made", user.id, where, now=self.now())
            return self.signing_in.begin(records, user, where)

    def _need_open(self, where: Visitor, invitation: str) -> None:
        is_open = self.registration == "open" or (self.registration == "direct" and not where.proxied)
        if is_open or (self.registration == "invite" and invitation):
            return
        if self.registration == "invite":
            message = "who registers here needs an invitation"
            raise NotAllowed(message, hint="an admin can write one", at="invitation")
        raise NotAllowed("nobody can register here", hint="scanner user add EMAIL, on the machine of the service")

    def _kept(self, newcomer: Newcomer) -> str:
        return self.signing_in.passwords.hashed(newcomer.password)

    def _added(self, records: Records, newcomer: Newcomer, kept: str, role: Role) -> User:
        email = newcomer.email or PLACEHOLDER
        if records.users.by_email(email):
            raise Conflict(f"{email} is a user already", at="email")
        names = {"first_name": newcomer.first_name, "last_name": newcomer.last_name}
        return records.users.add(email=email, password_hash=kept, role=role, now=self.now(), **names)
