"""What changes of a user: by themselves names, email, password; by an admin their role and whether they may come in."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tapehawk.accounts.audit import note
from tapehawk.accounts.passwords import Passwords
from tapehawk.accounts.roles import Role
from tapehawk.accounts.signing_in import end_all
from tapehawk.accounts.throttle import Throttle
from tapehawk.accounts.visitor import Visitor
from tapehawk.core.errors import Conflict, NotAllowed
from tapehawk.records.database import Database
from tapehawk.records.records import Records
from tapehawk.records.users import User


@dataclass(frozen=True)
class Changing:
    """Changes users. `now`: the clock."""

    database: Database
    passwords: Passwords
    throttle: Throttle
    now: Callable[[], dt.datetime]

    def profile(self, user: User, values: Mapping[str, Any]) -> User:
        """Change a user's names and preferences."""
        with self.database.write() as records:
            return records.users.change(user.id, now=self.now(), **values)

    def email(self, user: User, email: str, password: str, where: Visitor) -> None:
        """Change a user's email. Raises NotAllowed for a wrong password, Conflict for an email in use."""
        self._need_password(user, password, where)
        with self.database.write() as records:
            other = records.users.by_email(email)
            if other and other.id != user.id:
                raise Conflict(f"{email} is a user already", at="email")
            records.users.change(user.id, now=self.now(), email=email.lower())
            note(records, "email_changed", user.id, where, now=self.now())

    def password(self, user: User, current: str, new: str, where: Visitor, *, keep: uuid.UUID | None) -> None:
        """Change a user's password and end their sign-ins but the one to `keep`. Raises NotAllowed for a wrong one."""
        self._need_password(user, current, where)
        kept = self.passwords.hashed(new)
        with self.database.write() as records:
            records.users.change(user.id, now=self.now(), password_hash=kept)
            end_all(records, user.id, now=self.now(), why="password changed", but=keep)
            note(records, "password_changed", user.id, where, now=self.now())

    def standing(
        self, admin: User, id: uuid.UUID, where: Visitor, *, role: Role | None = None, is_active: bool | None = None
    ) -> User:
        """Change a user's role and whether they may sign in, as an admin. Raises Conflict if no admin would be left.

        Who is disabled is signed out everywhere, at once.
        """
        with self.database.write() as records:
            admins = records.users.lock_admins()
            before = records.users.get(id)
            values = {"role": role or before.role, "is_active": before.is_active if is_active is None else is_active}
            is_admin = values["role"] == "admin" and values["is_active"]
            if admins == {id} and not is_admin:
                raise Conflict("this is the last admin", hint="make somebody else an admin first")
            after = records.users.change(id, now=self.now(), **values)
            self._note_standing(records, admin, before, after, where)
            return after

    def _note_standing(self, records: Records, admin: User, before: User, after: User, where: Visitor) -> None:
        now, by = self.now(), str(admin.id)
        if before.role != after.role:
            note(records, "role_changed", after.id, where, now=now, by=by, before=before.role, after=after.role)
        if before.is_active and not after.is_active:
            end_all(records, after.id, now=now, why="disabled")
            note(records, "disabled", after.id, where, now=now, by=by)
        if after.is_active and not before.is_active:
            note(records, "enabled", after.id, where, now=now, by=by)

    def _need_password(self, user: User, password: str, where: Visitor) -> None:
        """Raise NotAllowed unless the password is the user's; one who has none yet needs none."""
        if not user.password_hash:
            return
        self.throttle.account(user.email)
        if not self.passwords.match(password, user.password_hash):
            with self.database.write() as records:
                note(records, "password_refused", user.id, where, now=self.now())
            raise NotAllowed("the current password is wrong", at="current_password")
        self.throttle.forget(user.email)
